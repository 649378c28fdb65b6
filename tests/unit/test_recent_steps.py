"""The rate that the screen shows and the time left is told from."""

from __future__ import annotations

import pytest

from training.analysis.lane_history import LaneHistory
from training.analysis.recent_steps import KEPT_RECORDS, RecentSteps
from training.record.lane_records import Built, Progress, Released, Resumed, Window


def progress(t: float, step: int, **fields: float) -> Progress:
    """A record of ten steps that took 10 ms each."""
    told = {"steps": 10, "span_s": 0.1, "step_p50_s": 0.01, "step_p99_s": 0.02} | fields
    return Progress(t=t, step=step, samples=step * 32, epoch=1, epoch_step=step, **told)  # type: ignore[arg-type]


def test_what_is_spent_outside_steps_is_in_the_rate() -> None:
    recent = RecentSteps()
    recent.released(10.0, 3, 96)
    for second in range(1, 11):  # ten steps in 0.1 s, then 0.9 s of validation
        recent.add(progress(10.0 + second, 3 + 10 * second))
    assert recent.steps_per_s == pytest.approx(10.0)
    assert recent.samples_per_s == pytest.approx(320.0)
    assert recent.step_p50_s == 0.01


def test_a_pause_is_not() -> None:
    recent = RecentSteps()
    recent.released(0.0, 0, 0)
    recent.add(progress(1.0, 10))
    recent.stood_still(100.0)
    recent.add(progress(102.0, 20))
    assert recent.steps_per_s == pytest.approx(10.0)


def test_only_the_last_minute_counts() -> None:
    recent = RecentSteps()
    recent.released(0.0, 0, 0)
    for t in range(1, 301):
        recent.add(progress(float(t), 10 * t if t <= 200 else 2000 + 40 * (t - 200)))
    assert recent.steps_per_s == pytest.approx(40.0)


def test_records_that_tell_no_time_are_bounded() -> None:
    recent = RecentSteps()
    for step in range(3 * KEPT_RECORDS):
        recent.add(progress(5.0, step))
    assert recent.steps_per_s is None


ON_ONE_BATCH = Window(31.0, 1, 11.0, 31.0, 500, 500, in_steps_s=18.0, cached_batch=True)


@pytest.mark.parametrize("stood", [Resumed(t=31.0, step=10, paused_s=20.0), ON_ONE_BATCH])
def test_the_time_left_is_told_from_real_progress(stood: Resumed | Window) -> None:
    history = LaneHistory("a", "seed-binary", "Seed")
    built = Built(
        t=1.0, parameters=1, parameter_bytes=4, batch_size=32, train_samples=800, validation_samples=200,
        steps_per_epoch=25, planned_epochs=160, planned_steps=1000,
    )  # fmt: skip
    for record in (built, Released(t=10.0, step=0), progress(11.0, 10), stood, progress(32.0, 20)):
        history.take(record)
    state = history.state(32.0)
    assert state.steps_per_s == pytest.approx(10.0)
    assert state.eta_s == pytest.approx(98.0)
