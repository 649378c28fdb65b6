"""What is followed of a script's Keras, by stand-ins with its modules and its order of calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lone_script import KERAS_2, LoneScripts, ran
from tests.unit.waiting import wait_for


@pytest.fixture
def start(tmp_path: Path) -> Iterator[LoneScripts]:
    """Starts scripts, and sees to their ends."""
    scripts = LoneScripts(tmp_path)
    yield scripts
    scripts.close()


class TestFit:
    def test_steps_epochs_and_losses(self, start: LoneScripts) -> None:
        script = ran(
            start("import keras\nprint(keras.Model().fit(range(3), epochs=2, steps_per_epoch=5).history)")
        )
        kinds = [record["k"] for record in script.records() if record["k"] != "progress"]
        assert kinds == [
            "schema", "started", "imported", "imported", "telemetry", "built", "warm", "released", "epoch", "epoch",
            "finished",
        ]  # fmt: skip
        built = script.of("built")[0]
        assert (built["fit"], built["model"], built["parameters"]) == (1, "stand_in", 42)
        assert (built["steps_per_epoch"], built["planned_epochs"], built["planned_steps"]) == (5, 2, 10)
        assert sum(record["steps"] for record in script.of("progress")) == 10
        assert [record["epoch"] for record in script.of("epoch")] == [1, 2]
        finished = script.of("finished")[0]
        assert (finished["step"], finished["epochs"]) == (10, 2)
        assert repr(script.of("epoch")[1]["loss"]) in script.printed

    def test_several_fits_count_on(self, start: LoneScripts) -> None:
        source = """
import keras
first, second = keras.Model("one"), keras.Model("two")
first.fit(epochs=1, steps_per_epoch=2)
second.fit(epochs=3, steps_per_epoch=4, initial_epoch=1)
first.fit(epochs=1, steps_per_epoch=1)
"""
        script = ran(start(source))
        told = [
            (record["fit"], record["model"], record["planned_epochs"], record["planned_steps"])
            for record in script.of("built")
        ]
        assert told == [(1, "one", 1, 2), (2, "two", 3, 10), (3, "one", 4, 11)]
        assert [(record["epoch"], record["step"]) for record in script.of("epoch")] == [
            (1, 2),
            (2, 6),
            (3, 10),
            (4, 11),
        ]
        assert len(script.of("warm")) == len(script.of("released")) == 1
        assert script.of("warm")[0]["step"] == 3  # in the second fit: the first was too short

    def test_a_bound_of_epochs_bounds_the_steps_that_are_planned(self, start: LoneScripts) -> None:
        source = """
import keras
keras.Model().fit(epochs=2, steps_per_epoch=5)
keras.Model().fit(epochs=100, steps_per_epoch=4)
"""
        script = ran(start(source, epochs=3))
        told = [(record["planned_epochs"], record["planned_steps"]) for record in script.of("built")]
        assert told == [(2, 10), (3, 14)]

    def test_an_unknown_number_of_steps_is_learned(self, start: LoneScripts) -> None:
        script = ran(start("import keras\nkeras.Model().fit(epochs=2)"))
        told = [
            (record.get("steps_per_epoch"), record.get("planned_steps"), record.get("again"))
            for record in script.of("built")
        ]
        assert told == [(None, None, None), (10, 20, True)]

    @pytest.mark.parametrize("given", ["[Own()]", "(Own(),)", "Own()", "None", "[]"])
    def test_callbacks_are_copied(self, start: LoneScripts, given: str) -> None:
        source = f"""
import keras
class Own(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None): print("own", epoch)
given = {given}
before = list(given) if isinstance(given, (list, tuple)) else given
keras.Model().fit(epochs=1, callbacks=given)
keras.Model().fit(None, None, None, 1, 0, given)
print(before == (list(given) if isinstance(given, (list, tuple)) else given))
"""
        script = ran(start(source))
        assert script.printed == ("own 0\n" * 2 if "Own" in given else "") + "True\n"
        assert script.of("finished")[0]["step"] == 20

    def test_a_callback_list_is_as_it_was(self, start: LoneScripts) -> None:
        source = """
import keras
model = keras.Model()
whole = keras.callbacks.CallbackList([keras.callbacks.Callback()], add_history=True, model=model, epochs=1, steps=10)
before = list(whole.callbacks)
model.fit(epochs=1, callbacks=whole)
print(whole.callbacks == before, len(before))
try:
    whole.callbacks[0].on_train_begin = lambda *_: 1 / 0
    model.fit(epochs=1, callbacks=whole)
except ZeroDivisionError:
    print(whole.callbacks == before)
model.fit(epochs=1)
"""
        script = ran(start(source))
        assert script.printed == "True 2\nTrue\n"
        assert script.of("finished")[0]["step"] == 20
        assert script.of("built")[0]["planned_steps"] == 10  # as the list itself says

    def test_a_fit_in_a_fit_is_time_aside(self, start: LoneScripts) -> None:
        source = """
import keras, time
inner = keras.Model("inner")
class Own(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 4:
            time.sleep(0.6)
            inner.fit(epochs=1)
            self.model.evaluate()
    def on_epoch_end(self, epoch, logs=None):
        inner.predict()
keras.Model("outer").fit(epochs=1, steps_per_epoch=10, callbacks=[Own()])
"""
        script = ran(start(source))
        assert script.of("finished")[0]["step"] == 10
        assert [record["model"] for record in script.of("built")] == ["outer"]

    def test_its_own_validation_is_told_and_its_own_evaluation_is_marked(self, start: LoneScripts) -> None:
        source = """
import keras, time
class Slow(keras.Model):
    def evaluate(self, *a, **k):
        return super().evaluate(*a, **k)
class Sleeps(keras.callbacks.Callback):
    def on_test_begin(self, logs=None): time.sleep(0.6)
model = Slow()
model.fit(epochs=1, validation_data=1)
model.evaluate(callbacks=[Sleeps()])
"""
        script = ran(start(source))
        assert [record["metrics"] for record in script.of("validation")] == [{"loss": 0.5}]
        (aside,) = script.of("aside")
        assert (aside["what"], aside.get("within_fit")) == ("evaluate", None)
        assert aside["seconds"] >= 0.6

    def test_a_training_that_ends_itself_still_validates(self, start: LoneScripts) -> None:
        source = """
import keras
class Enough(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): self.model.stop_training = True
model = keras.Model()
model.fit(epochs=3, steps_per_epoch=8, validation_data=1, callbacks=[Enough()])
print(model.steps, model.evaluated)
"""
        script = ran(start(source))
        assert script.printed == "1 5\n"
        assert script.of("epoch")[0]["partial"]

    def test_what_raises_in_it_raises_there_without_our_frames(self, start: LoneScripts) -> None:
        source = """
import keras
class Trap(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): raise OSError("mine")
keras.Model().fit(epochs=1, callbacks=[Trap()])
"""
        script = ran(start(source), exit_code=1)
        assert script.printed.endswith("OSError: mine\n")
        assert "agent" not in script.printed
        assert script.of("error")[0]["message"] == "The script failed: OSError: mine"


class TestGate:
    def test_the_barrier_is_held_after_three_steps(self, start: LoneScripts) -> None:
        script = start("import keras\nmodel = keras.Model()\nmodel.fit(epochs=1)\nprint(model.steps)")
        script.tell("warm_up")
        assert script.first("warm")["step"] == 3
        assert script.printed == ""
        script.tell("release")
        assert (script.wait(), script.printed) == (0, "10\n")

    def test_pause_and_resume(self, start: LoneScripts) -> None:
        script = start("import keras\nkeras.Model().fit(epochs=100000, steps_per_epoch=50)").go()
        script.first("progress")
        script.tell("pause")
        paused = script.first("paused")
        script.tell("resume")
        script.first("progress", lambda record: record["step"] > paused["step"])
        assert script.first("resumed")["step"] == paused["step"]

    def test_stop_ends_this_fit_and_every_later_one_at_its_first_batch(self, start: LoneScripts) -> None:
        source = """
import keras
first, later = keras.Model(), keras.Model()
first.fit(epochs=100000000)
later.fit(epochs=1000)
print(later.steps)
"""
        script = start(source).go()
        script.first("progress")
        script.tell("stop", reason="test")
        assert (script.wait(), script.printed) == (0, "1\n")
        finished = script.of("finished")[0]
        assert (finished["status"], finished["reason"]) == ("stopped", "test")

    @pytest.mark.parametrize(
        ("bound", "steps", "reason"), [({"steps": 14}, 14, "steps"), ({"epochs": 2}, 20, "epochs")]
    )
    def test_bounds_end_fits(
        self, start: LoneScripts, bound: dict[str, Any], steps: int, reason: str
    ) -> None:
        source = """
import keras
a, b = keras.Model(), keras.Model()
a.fit(epochs=5)
b.fit(epochs=5)
print(a.steps, b.steps)
"""
        script = ran(start(source, **bound))
        assert script.printed == f"{steps} 1\n"
        finished = script.of("finished")[0]
        assert (finished["status"], finished["reason"]) == ("completed", reason)

    def test_a_window_is_timed(self, start: LoneScripts) -> None:
        script = start("import keras\nkeras.Model().fit(epochs=100000, steps_per_epoch=1000)").go()
        script.first("released")
        script.tell("window", id=7, seconds=0.01, steps=20, drop_s=0.0)
        window = script.first("window")
        assert (window["id"], window["complete"]) == (7, True)
        assert window["steps"] >= 20

    def test_a_child_that_is_forked_passes_freely(self, start: LoneScripts) -> None:
        source = """
import keras, os
if os.fork() == 0:
    model = keras.Model()
    model.fit(epochs=1)
    os._exit(model.steps)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
        script = start(source)
        script.tell("warm_up")  # nobody opens the barrier
        assert (script.wait(), script.printed) == (0, "10\n")


class TestLoops:
    def test_train_on_batch(self, start: LoneScripts) -> None:
        script = ran(start("import keras\nmodel = keras.Model()\nfor _ in range(30): model.train_on_batch()"))
        assert script.of("finished")[0]["step"] == 30
        assert script.of("built")[0].get("fit") is None
        first = script.of("progress")[0]
        assert first["loss"] == 1.0  # the batch's own, and no mean

    def test_an_evaluation_between_two_steps_is_no_steps_time(self, start: LoneScripts) -> None:
        source = """
import keras, time
class Sleeps(keras.callbacks.Callback):
    def on_test_begin(self, logs=None): time.sleep(0.6)
model = keras.Model()
for _ in range(5): model.train_on_batch()
model.evaluate(callbacks=[Sleeps()])
for _ in range(5): model.train_on_batch()
"""
        script = ran(start(source))
        assert sum(record["span_s"] for record in script.of("progress")) < 0.6

    def test_an_optimizer_in_python(self, start: LoneScripts) -> None:
        source = """
import keras
first, second = keras.optimizers.Adam(), keras.optimizers.Adam()
for _ in range(12):
    first.apply_gradients([(1, 2)])
    second.apply([1])
"""
        script = ran(start(source))
        assert script.of("finished")[0]["step"] == 12  # of two that take turns one is counted
        assert "loss" not in script.of("progress")[0]

    def test_another_optimizer_is_counted_once_the_first_is_left_behind(self, start: LoneScripts) -> None:
        source = """
import keras
first, second = keras.optimizers.Adam(), keras.optimizers.Adam()
for _ in range(5): first.apply([1])
for _ in range(200): second.apply([1])
"""
        script = ran(start(source))
        assert script.of("finished")[0]["step"] == 5 + 200 - 100

    def test_steps_of_a_fit_count_once(self, start: LoneScripts) -> None:
        source = """
import keras
optimizer = keras.optimizers.Adam()
class Applies(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None): optimizer.apply([1])
keras.Model().fit(epochs=1, callbacks=[Applies()])
"""
        assert ran(start(source)).of("finished")[0]["step"] == 10

    def test_a_bound_that_only_the_script_could_keep_to_is_told(self, start: LoneScripts) -> None:
        source = "import keras\nmodel = keras.Model()\nfor _ in range(20): model.train_on_batch()"
        script = ran(start(source, steps=8))
        (limit,) = script.of("limit")
        assert (limit["step"], limit["reached"]) == (8, "steps")

    def test_a_compiled_loop_is_read_from_its_optimizer(self, start: LoneScripts) -> None:
        source = """
import sys, time, types
fake = types.ModuleType("tensorflow")
fake.is_eager = True
fake.executing_eagerly = lambda: fake.is_eager
sys.modules["tensorflow"] = fake
import keras
optimizer = keras.optimizers.Adam()
fake.is_eager = False
optimizer.apply([1])  # as it is traced
fake.is_eager = True
optimizer._iterations.value = 0
end = time.monotonic() + 2.5
while time.monotonic() < end:
    time.sleep(0.01)
    optimizer._iterations.value += 1
print(optimizer._iterations.value)
"""
        script = ran(start(source))
        assert [record["steps"] for record in script.of("telemetry")] == ["polled"]
        told = sum(record["steps"] for record in script.of("progress"))
        assert (
            int(script.printed) - told <= 1.2 * int(script.printed) / 2.5
        )  # what the first look found it at
        assert script.of("warm")
        assert script.of("released")

    def test_of_two_that_step_in_turn_in_a_compiled_loop_one_is_read(self, start: LoneScripts) -> None:
        source = """
import sys, time, types
fake = types.ModuleType("tensorflow")
fake.executing_eagerly = lambda: False
sys.modules["tensorflow"] = fake
import keras
class Counter:
    def __init__(self, *values): self.left = list(values)
    def numpy(self): return self.left.pop(0) if len(self.left) > 1 else self.left[0]
first, second = keras.optimizers.Adam(), keras.optimizers.Adam()
first.apply([1])
second.apply([1])
first._iterations, second._iterations = Counter(0, 100, 200, 300), Counter(0, 99, 200, 300)
while len(second._iterations.left) > 1: time.sleep(0.01)
"""
        script = ran(start(source))
        assert sum(record["steps"] for record in script.of("progress")) == 300

    def test_one_that_may_be_on_its_way_to_a_fit_is_left_its_time(self, start: LoneScripts) -> None:
        source = """
import keras, time
model = keras.Model()
print("on", flush=True)
time.sleep(2.5)
model.fit(epochs=5)
print(model.steps)
"""
        script = start(source).go()
        wait_for(lambda: "on" in script.printed)
        script.tell("stop", reason="test")
        assert (script.wait(), script.printed) == (0, "on\n1\n")
        assert not script.of("no_gate")

    def test_no_step_is_told_after_a_while_and_steps_that_come_are(self, start: LoneScripts) -> None:
        source = """
import keras, time
time.sleep(2.5)
keras.Model().fit(epochs=1)
time.sleep(1.5)
"""
        script = ran(start(source, no_step_within_s=0.5))
        assert [record["steps"] for record in script.of("telemetry")] == ["none", "each"]
        assert "no step telemetry yet" in script.of("telemetry")[0]["why"]
        assert script.of("warm")[0]["step"] == 3


class TestKeras2:
    def test_a_fit_whose_logs_are_tensors(self, start: LoneScripts) -> None:
        source = "import keras\nmodel = keras.Model()\nmodel.fit(epochs=2)\nmodel.train_on_batch()\nprint(model.steps)"
        script = ran(start(source, keras=KERAS_2))
        assert script.printed == "21\n"
        assert script.of("finished")[0]["step"] == 21
        assert {record["loss"] for record in script.of("progress") if "loss" in record} == {2.0}
        assert script.of("epoch")[0]["loss"] == 2.0

    def test_a_callback_list_that_wants_no_batches(self, start: LoneScripts) -> None:
        source = """
import keras
model = keras.Model()
whole = keras.callbacks.CallbackList([keras.callbacks.Callback()], model=model, epochs=1, steps=10)
model.fit(epochs=1, callbacks=whole)
print(len(whole.callbacks), whole._should_call_train_batch_hooks)
"""
        script = ran(start(source, keras=KERAS_2))
        assert script.printed == "1 False\n"
        assert script.of("finished")[0]["step"] == 10

    def test_its_optimizer(self, start: LoneScripts) -> None:
        source = (
            "import keras\none = keras.optimizers.Optimizer()\nfor _ in range(5): one.apply_gradients([])"
        )
        assert ran(start(source, keras=KERAS_2)).of("finished")[0]["step"] == 5
