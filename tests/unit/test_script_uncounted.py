"""Fits that are no part of their lane's training: what begins after its length, and what goes on beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lone_script import LoneScripts, ran


@pytest.fixture
def start(tmp_path: Path) -> Iterator[LoneScripts]:
    """Starts scripts, and sees to their ends."""
    scripts = LoneScripts(tmp_path)
    yield scripts
    scripts.close()


class TestAfterItsLength:
    @pytest.mark.parametrize("bound", [{"steps": 14}, {"steps": 20}, {"epochs": 2}])
    def test_what_comes_after_a_bound_is_no_part_of_the_lane(
        self, start: LoneScripts, bound: dict[str, Any]
    ) -> None:
        source = """
import keras
one, other = keras.Model("one"), keras.Model("other")
one.fit(epochs=2)
for _ in range(3): other.fit(epochs=5, steps_per_epoch=1, validation_data=1)
print(other.steps, other.evaluated)
for _ in range(4): other.train_on_batch()
"""
        script = ran(start(source, **bound))
        assert script.printed == "3 1\n"
        steps = bound.get("steps", 20)
        assert {record["model"] for record in script.of("built")} == {"one"}
        assert sum(record["steps"] for record in script.of("progress")) == steps
        assert [record["step"] for record in script.of("epoch")] == [10, steps]
        assert not script.of("validation")
        finished = script.of("finished")[0]
        assert (finished["step"], finished["epochs"]) == (steps, steps // 10)
        assert not script.of("limit")

    def test_so_is_what_begins_when_its_minutes_are_over(self, start: LoneScripts) -> None:
        source = """
import keras, time
one, other = keras.Model("one"), keras.Model("other")
one.fit(epochs=1)
time.sleep(1.0)
other.fit(epochs=5)
print(other.steps)
"""
        script = ran(start(source, minutes=0.9 / 60))
        assert script.printed == "1\n"
        finished = script.of("finished")[0]
        assert (finished["step"], finished["epochs"], finished["reason"]) == (10, 1, "minutes")

    def test_what_comes_after_a_stop_is_no_part_of_the_lane(self, start: LoneScripts) -> None:
        source = """
import keras
one, other = keras.Model("one"), keras.Model("other")
one.fit(epochs=100000000)
other.fit(epochs=3)
"""
        script = start(source).go()
        script.first("progress")
        script.tell("stop", reason="test")
        assert script.wait() == 0
        assert {record["model"] for record in script.of("built")} == {"one"}
        assert script.of("finished")[0]["status"] == "stopped"


class TestThreads:
    AT_ONCE = """
import keras, threading
both, over = threading.Barrier(2), threading.Event()
class Meets(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 0: both.wait(10)
class Waits(keras.callbacks.Callback):
    def on_train_begin(self, logs=None): both.wait(10)
    def on_epoch_end(self, epoch, logs=None): over.set()
first, second = keras.Model("first"), keras.Model("second")
def beside():
    second.fit(epochs=EPOCHS, callbacks=[Waits()])
thread = threading.Thread(target=beside)
class Starts(keras.callbacks.Callback):
    def on_train_begin(self, logs=None): thread.start()
    def on_epoch_end(self, epoch, logs=None): over.wait(10)
first.fit(epochs=3, callbacks=[Starts(), Meets()])
thread.join()
print(first.steps, second.steps)
first.fit(epochs=1)
"""

    def test_of_two_fits_at_once_the_first_is_counted_and_that_is_said(self, start: LoneScripts) -> None:
        script = start(self.AT_ONCE.replace("EPOCHS", "2")).go()
        assert (script.wait(), script.printed) == (0, "30 20\n")
        (remark,) = script.of("remark")
        assert remark["message"].startswith("two fits at once, in two threads")
        assert {record["model"] for record in script.of("built")} == {"first"}
        finished = script.of("finished")[0]
        assert (finished["step"], finished["epochs"]) == (40, 4)
        assert sum(record["steps"] for record in script.of("progress")) == 40

    def test_the_other_ends_with_the_lane(self, start: LoneScripts) -> None:
        script = start(self.AT_ONCE.replace("EPOCHS", "1000000000"), steps=30).go()
        assert script.wait() == 0, script.printed
        finished = script.of("finished")[0]
        assert (finished["step"], finished["reason"]) == (30, "steps")

    def test_an_evaluation_in_another_thread_is_not_taken_off_a_fit(self, start: LoneScripts) -> None:
        source = """
import keras, threading, time
class Sleeps(keras.callbacks.Callback):
    def on_test_begin(self, logs=None): time.sleep(0.6)
model, other = keras.Model(), keras.Model()
thread = threading.Thread(target=lambda: other.evaluate(callbacks=[Sleeps()]))
class Slow(keras.callbacks.Callback):
    def on_train_begin(self, logs=None): thread.start()
    def on_train_batch_end(self, batch, logs=None):
        if batch == 5: thread.join()
model.fit(epochs=1, callbacks=[Slow()])
"""
        script = ran(start(source))
        assert script.of("finished")[0]["step"] == 10
        assert sum(record["span_s"] for record in script.of("progress")) > 0.4

    def test_a_fit_beside_an_evaluation_in_another_thread_is_counted(self, start: LoneScripts) -> None:
        source = """
import keras, threading
began, over = threading.Event(), threading.Event()
class Waits(keras.callbacks.Callback):
    def on_test_begin(self, logs=None):
        began.set()
        over.wait(10)
thread = threading.Thread(target=lambda: keras.Model().evaluate(callbacks=[Waits()]))
thread.start()
began.wait(10)
keras.Model("fits").fit(epochs=1)
over.set()
thread.join()
"""
        script = ran(start(source))
        assert script.of("finished")[0]["step"] == 10

    def test_steps_of_a_loop_in_several_threads_are_counted_together_and_that_is_said(
        self, start: LoneScripts
    ) -> None:
        source = """
import keras, threading
model = keras.Model()
def train():
    for _ in range(5): model.train_on_batch()
train()
for _ in range(2):
    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
"""
        script = start(source).go()
        assert script.wait() == 0
        (remark,) = script.of("remark")
        assert remark["message"] == "steps are taken in several threads: they are counted together"
        assert script.of("finished")[0]["step"] == 15
