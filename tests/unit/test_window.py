"""Windows begin after what is left out, end at a boundary, and tell their time in steps from that at epoch ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.agent.step_count import StepCount
from training.agent.window import DROPPED_S, DROPPED_STEPS, WindowTimer

BATCH = 8
ENDLESS = 1_000_000


@dataclass
class Training:
    """A lane whose steps all take as long, and its epoch ends too; stands at the beginning of a batch."""

    step_s: float
    steps_per_epoch: int = ENDLESS
    epoch_end_s: float = 0.0
    now_s: float = 17.0
    count: StepCount = field(init=False)

    def __post_init__(self) -> None:
        self.count = StepCount(BATCH, BATCH * self.steps_per_epoch)
        self.count.begin_epoch(self.now_s)

    def train(self, steps: int) -> None:
        for _ in range(steps):
            self.now_s += self.step_s
            self.count.ended.append((self.count.epoch.steps, self.now_s, 0.5))
            self.count.sum_up()
            if self.count.epoch.steps == self.steps_per_epoch:
                self.now_s += self.epoch_end_s
                self.count.begin_epoch(self.now_s)

    def opened(self, **request: Any) -> WindowTimer:
        return WindowTimer({"id": 3, **request}, self.now_s, self.count)

    def timed(self, **request: Any) -> dict[str, Any]:
        """A window's fields once it is complete."""
        window = self.opened(**request)
        limit = self.count.step + 100_000
        while not window.at_boundary(self.now_s, self.count):
            self.train(1)
            assert self.count.step < limit
        return window.result(self.now_s, self.count, complete=True)


@given(
    step_s=st.floats(0.001, 2.0),
    wanted_steps=st.integers(0, 50),
    wanted_s=st.floats(0, 5),
    began_step=st.integers(0, 100),
)
def test_is_as_long_as_asked_and_no_step_longer(
    step_s: float, wanted_steps: int, wanted_s: float, began_step: int
) -> None:
    training = Training(step_s)
    training.train(began_step)
    began_s = training.now_s
    told = training.timed(steps=wanted_steps, seconds=wanted_s)
    assert told["complete"]
    assert told["id"] == 3
    assert told["samples"] == BATCH * told["steps"]
    assert told["steps"] >= max(1, wanted_steps)
    assert told["t1"] - told["t0"] >= wanted_s
    one_less_s = told["t1"] - told["t0"] - step_s
    assert told["steps"] == 1 or told["steps"] - 1 < wanted_steps or one_less_s < wanted_s + 1e-9
    left_out = training.count.step - began_step - told["steps"]
    assert left_out >= DROPPED_STEPS
    assert told["t0"] - began_s >= DROPPED_S
    assert left_out == DROPPED_STEPS or (left_out - 1) * step_s < DROPPED_S + 1e-9


@given(
    step_s=st.floats(0.001, 0.5),
    steps_per_epoch=st.integers(1, 40),
    epoch_end_s=st.floats(0, 3),
    began_step=st.integers(0, 100),
    wanted_steps=st.integers(1, 60),
)
def test_time_in_steps_and_at_epoch_ends_makes_up_the_window(
    step_s: float, steps_per_epoch: int, epoch_end_s: float, began_step: int, wanted_steps: int
) -> None:
    training = Training(step_s, steps_per_epoch, epoch_end_s)
    training.train(began_step)
    told = training.timed(steps=wanted_steps, seconds=0.0)
    assert told["in_steps_s"] == pytest.approx(told["steps"] * step_s, abs=1e-5)
    outside_s = told["t1"] - told["t0"] - told["in_steps_s"]
    assert outside_s == pytest.approx(told["epochs"] * epoch_end_s, abs=1e-5)


@given(
    step_s=st.floats(0.001, 0.5),
    steps_per_epoch=st.integers(1, 40),
    epoch_end_s=st.floats(0, 3),
    began_step=st.integers(0, 100),
    wanted_steps=st.integers(0, 60),
)
def test_whole_epochs_begin_and_end_where_an_epoch_begins(
    step_s: float, steps_per_epoch: int, epoch_end_s: float, began_step: int, wanted_steps: int
) -> None:
    training = Training(step_s, steps_per_epoch, epoch_end_s)
    training.train(began_step)
    told = training.timed(steps=wanted_steps, seconds=0.0, whole_epochs=True)
    assert told["whole_epochs"] is True
    assert told["epochs"] >= 1
    assert told["steps"] == told["epochs"] * steps_per_epoch
    assert told["steps"] >= wanted_steps
    assert told["steps"] - steps_per_epoch < max(1, wanted_steps)
    assert training.count.step % steps_per_epoch == 0
    assert (training.count.step - began_step) - told["steps"] >= DROPPED_STEPS


def test_standing_still_in_a_window_is_no_steps_time() -> None:
    training = Training(0.1)
    window = training.opened(steps=4, seconds=0.0, drop_s=0.0, drop_steps=0)
    assert not window.at_boundary(training.now_s, training.count)
    training.train(2)
    training.now_s += 5.0
    training.count.outside_steps(5.0)
    training.train(2)
    assert window.at_boundary(training.now_s, training.count)
    told = window.result(training.now_s, training.count, complete=True)
    assert told["in_steps_s"] == pytest.approx(0.4)
    assert told["t1"] - told["t0"] == pytest.approx(5.4)


def test_cut_short_tells_the_steps_it_saw() -> None:
    training = Training(0.1, steps_per_epoch=4, epoch_end_s=1.0)
    window = training.opened(steps=100, drop_s=0.0, drop_steps=0)
    assert not window.at_boundary(training.now_s, training.count)
    training.train(6)
    told = window.result(training.now_s, training.count, complete=False)
    assert (told["steps"], told["epochs"], told["complete"]) == (6, 1, False)
    assert told["in_steps_s"] == pytest.approx(0.6)


def test_cut_short_before_it_began_has_no_steps() -> None:
    training = Training(0.1, now_s=5.0)
    window = training.opened()
    assert not window.at_boundary(5.0, training.count)
    training.train(1)
    assert window.result(5.2, training.count, complete=True) == {
        "id": 3,
        "t0": 5.2,
        "t1": 5.2,
        "steps": 0,
        "samples": 0,
        "complete": False,
    }


@given(steps_per_epoch=st.integers(2, 12), wanted=st.integers(1, 40), start_s=st.floats(0.0, 3.0))
def test_tells_the_steps_that_began_an_epoch_apart(steps_per_epoch: int, wanted: int, start_s: float) -> None:
    """An epoch's first step takes longer: its pipeline is started in it."""
    training = Training(0.1, steps_per_epoch)
    window = training.opened(steps=wanted, seconds=0.0, drop_s=0.0, drop_steps=0)
    firsts = 0
    while not window.at_boundary(training.now_s, training.count):
        begins = training.count.epoch.steps == 0
        training.now_s += start_s if begins else 0.0
        training.train(1)
        firsts += begins
    told = window.result(training.now_s, training.count, complete=True)
    assert told["first_steps"] == firsts
    assert told["first_steps_s"] == pytest.approx(firsts * (0.1 + start_s), abs=1e-5)
    rest = told["steps"] - told["first_steps"]
    assert told["in_steps_s"] - told["first_steps_s"] == pytest.approx(rest * 0.1, abs=1e-5)


@given(begin_s=st.floats(0.0, 3.0), end_s=st.floats(0.0, 1.0), epochs=st.integers(1, 4))
def test_the_start_of_a_pipeline_before_it_began_is_not_its_time(
    begin_s: float, end_s: float, epochs: int
) -> None:
    """Keras starts a pipeline between an epoch's beginning and its first batch's: a boundary lies after it."""
    training = Training(0.1, 4, end_s)
    training.now_s += begin_s
    window = training.opened(steps=4 * epochs, seconds=0.0, drop_s=0.0, drop_steps=0, whole_epochs=True)
    while not window.at_boundary(training.now_s, training.count):
        training.train(1)
    told = window.result(training.now_s, training.count, complete=True)
    assert told["in_steps_s"] == pytest.approx(0.4 * epochs, abs=1e-5)
    assert told["first_steps_s"] == pytest.approx(0.1 * epochs, abs=1e-5)
    assert told["t1"] - told["t0"] - told["in_steps_s"] == pytest.approx(end_s * epochs, abs=1e-5)
