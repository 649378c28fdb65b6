"""Where Keras runs ahead, a training is counted, stopped and paused as exactly as where it does not."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ahead_loop import AheadLoop
from tests.unit.fit_loop import FitLoop
from training.agent.step_count import StepCount


def _told_steps(loop: FitLoop) -> int:
    return sum(record["steps"] for record in loop.emitter.of("progress"))


@given(
    epochs=st.integers(1, 4),
    batches=st.integers(1, 30),
    ahead=st.integers(0, 12),
    seed=st.integers(0, 99),
    validation=st.integers(0, 2),
    stop_at=st.one_of(st.just(math.inf), st.integers(1, 60)),
)
def test_all_steps_are_counted_and_the_last_is_the_one_asked_for(
    epochs: int, batches: int, ahead: int, seed: int, validation: int, stop_at: float
) -> None:
    losses = [1.0 + batch % 5 for batch in range(batches)]
    loop = AheadLoop(losses, ahead=ahead, seed=seed, validation_batches=validation, stop_at_step=stop_at)
    plain = FitLoop(losses, validation_batches=validation, stop_at_step=stop_at)
    loop.fit(epochs)
    plain.fit(epochs)
    assert loop.hooks.step == plain.hooks.step == min(epochs * batches, stop_at)
    assert loop.hooks.samples == plain.hooks.samples
    assert loop.hooks.reached_limit == plain.hooks.reached_limit
    assert loop.hooks.epochs_done == plain.hooks.epochs_done
    assert _told_steps(loop) == loop.hooks.step
    assert loop.emitter.kinds() == plain.emitter.kinds()
    assert [one["step"] for one in loop.emitter.of("validation")] == [
        one["step"] for one in plain.emitter.of("validation")
    ]


def test_the_mean_of_what_is_told_is_the_true_one_in_whatever_order() -> None:
    losses = [float(1 + batch % 7) for batch in range(300)]
    loop = AheadLoop(losses, ahead=9)
    loop.fit()
    told = loop.emitter.of("progress")
    mean = sum(record["loss"] * record["steps"] for record in told) / 300
    assert mean == pytest.approx(sum(losses) / 300)
    assert sum(record["span_s"] for record in told) == pytest.approx(3.0)


def test_the_pool_only_notes() -> None:
    loop = AheadLoop((1.0,) * 200, validation_batches=2)
    threads: set[int] = set()
    emit = loop.emitter.emit

    def seen(*arguments: Any, **fields: Any) -> None:
        threads.add(threading.get_ident())
        emit(*arguments, **fields)

    loop.emitter.emit = seen  # type: ignore[method-assign]
    loop.checkpoints.due_t = 0.5
    loop.fit(epochs=2)
    assert threads == {threading.get_ident()}
    assert loop.checkpoints.saved


def test_a_warm_up_is_as_long_as_asked() -> None:
    loop = AheadLoop((1.0,) * 50)
    loop.fit()
    assert loop.emitter.of("warm")[0]["step"] == 3
    assert loop.emitter.of("released")[0]["step"] == 3


@pytest.mark.parametrize("told_late", [False, True])
def test_a_pause_is_acknowledged_with_an_idle_device_and_the_exact_step(told_late: bool) -> None:
    waited: list[int] = []
    loop = AheadLoop((1.0,) * 30, told_late=told_late, synchronize=lambda: waited.append(1))
    loop.gate.stands_s = 5.0
    loop.before_batch = lambda step: loop.gate.tell({"do": "pause"}) if step == 17 else None
    loop.fit()
    paused, resumed = loop.emitter.of("paused")[0], loop.emitter.of("resumed")[0]
    assert waited
    assert (paused["step"], resumed["step"], resumed["paused_s"]) == (17, 17, 5.0)
    at = loop.emitter.records.index(paused)
    assert sum(one["steps"] for one in loop.emitter.records[:at] if one["k"] == "progress") == 17
    assert loop.emitter.of("epoch")[0]["seconds"] == pytest.approx(0.3)


def test_a_checkpoint_is_called_by_the_step_of_the_state_it_holds() -> None:
    loop = AheadLoop((1.0,) * 60)
    loop.before_batch = lambda step: loop.gate.tell({"do": "checkpoint"}) if step == 20 else None
    loop.fit()
    assert loop.checkpoints.saved == [20]
    assert max(record["span_s"] for record in loop.emitter.of("progress")) < 1


def test_a_window_has_exact_ends() -> None:
    idle: list[int] = []
    loop = AheadLoop((1.0,) * 400, synchronize=lambda: idle.append(1))
    window = {"do": "window", "id": 7, "steps": 20, "seconds": 1.0}
    loop.before_batch = lambda step: loop.gate.tell(window) if step == 10 else None
    loop.fit()
    (told,) = loop.emitter.of("window")
    assert told["complete"]
    assert told["t1"] - told["t0"] == pytest.approx(told["steps"] * 0.01)
    assert told["in_steps_s"] == pytest.approx(told["steps"] * 0.01)
    # In the warm-up, at the barrier, at the window's ends and at the epoch's: not at each of a hundred steps.
    assert len(idle) < 12


def test_stop_ends_it_at_the_next_batch() -> None:
    loop = AheadLoop((1.0,) * 30)
    loop.before_batch = lambda step: loop.gate.tell({"do": "stop"}) if step == 17 else None
    loop.fit(epochs=3)
    assert loop.hooks.step == 18


def test_stop_ends_a_validation() -> None:
    loop = AheadLoop(validation_batches=1000)
    loop.before_validation_batch = lambda batch: loop.gate.tell({"do": "stop"}) if batch == 5 else None
    loop.fit(epochs=3)
    assert loop.validated_batches == 6
    assert not loop.emitter.of("validation")


def test_a_loss_that_is_no_number_ends_it_once_it_is_told_of() -> None:
    loop = AheadLoop((1.0,) * 20 + (math.nan,) * 80, ahead=6)
    loop.fit(epochs=2)
    assert loop.hooks.nan_stop
    assert 21 <= loop.hooks.step <= 21 + 6 + 2
    assert len(loop.emitter.of("nonfinite")) == 1


def test_a_hook_that_fails_still_lets_the_lane_stand_where_it_is_told_to() -> None:
    def broken() -> None:
        raise RuntimeError("no memory info")

    loop = AheadLoop((1.0,) * 300, framework_memory=broken, stop_at_step=120)
    loop.fit(epochs=3)
    assert loop.hooks.step == 120
    assert loop.emitter.of("released")


def told_elsewhere(count: StepCount, batch: int, now: float, running: float) -> None:
    """What the hooks do in a thread that does not train."""
    count.is_told_elsewhere = True
    count.ended.append((batch, now, running))
    count.wake()


class TestStepCount:
    def test_what_is_told_late_is_not_counted_twice(self) -> None:
        count = StepCount(4, 400)
        count.begin_epoch(0.0)
        told_elsewhere(count, 1, 0.02, 2.0)
        count.sum_up()
        told_elsewhere(count, 0, 0.03, 3.0)
        told_elsewhere(count, 2, 0.03, 2.0)
        count.sum_up()
        assert (count.step, count.samples) == (3, 12)
        assert count.in_steps_s == pytest.approx(0.03)

    def test_waits_for_a_batch_that_another_thread_is_about_to_tell(self) -> None:
        count = StepCount(4, 400)
        count.begin_epoch(0.0)
        count.begun = 0
        telling = threading.Thread(
            target=_once(lambda: count.is_awaited, lambda: told_elsewhere(count, 0, 0.1, 1.0))
        )
        telling.start()
        count.catch_up()
        telling.join()
        assert count.untold == 0
        assert count.step == 1

    def test_gives_up_on_one_that_is_never_told(self) -> None:
        count = StepCount(4, 400)
        count._patience_s = 0.01
        count.begin_epoch(0.0)
        count.begun = 0
        count.catch_up()
        assert count.step == 0
        assert count.untold == 1


def _once(may: Callable[[], bool], do: Callable[[], None]) -> Callable[[], None]:
    """Wait until it may, then do it."""

    def run() -> None:
        while not may():
            pass
        do()

    return run


@pytest.mark.parametrize(("step_s", "most"), [(2.0, 2), (0.2, 5), (0.01, 24)])
def test_does_not_run_far_ahead_of_long_steps(step_s: float, most: int) -> None:
    loop = AheadLoop((1.0,) * 60, ahead=24, tells_who_waits=True)
    loop.step_s = step_s
    loop.fit()
    assert loop.hooks.step == 60
    assert loop.most_untold <= most + 2
