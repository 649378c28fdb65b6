"""A run read after its end: the supervisor's events are read before what the worker told, and must outlast it."""

from __future__ import annotations

import pytest

from training.analysis.lane_history import LaneHistory
from training.record.device_records import LaneReading
from training.record.event_records import LaneEnded
from training.record.lane_records import (
    Epoch,
    LaneRecord,
    Paused,
    Released,
    Resumed,
    Started,
    Validating,
    Validation,
)


def ended_lane() -> LaneHistory:
    """A lane whose end is known before its beginning was read."""
    history = LaneHistory("a", "seed-binary", "Seed")
    history.launched(4711)
    history.ended(LaneEnded(t=9.0, lane="a", status="completed", exit_code=0))
    return history


def test_an_ended_lane_stays_ended() -> None:
    history = ended_lane()
    for record in (
        Started(t=0.3, pid=4711),
        Released(t=3.0, step=3),
        Paused(t=4.0, step=9),
        Resumed(t=5.0, step=9, paused_s=1.0),
    ):
        history.take(record)
        assert history.state(9.0).phase == "completed"


def test_an_ended_lane_has_a_peak_and_no_reading() -> None:
    history = ended_lane()
    history.take_reading(4.0, LaneReading(pid=4711, memory_bytes=500, rss_bytes=500, cpu_percent=80.0), 40.0)
    state = history.state(9.0)
    assert state.memory_peak_bytes == 500
    assert (state.memory_bytes, state.rss_bytes, state.cpu_percent) == (None, None, None)
    assert len(state.memory_series) == len(state.utilization_series) == 1


@pytest.mark.parametrize(
    "over",
    [
        Validation(t=9.0, step=25, epoch=1, seconds=4.0),
        Epoch(t=9.0, epoch=1, step=25, samples=800, steps=25, seconds=6.0, outside_s=4.0),
    ],
)
def test_a_long_validation_is_a_phase_of_its_own(over: LaneRecord) -> None:
    history = LaneHistory("a", "seed-binary", "Seed")
    history.take(Released(t=3.0, step=3))
    history.take(Validating(t=5.0, step=25, epoch=1))
    assert history.state(6.0).phase == "validating"
    history.take(over)
    assert history.state(9.0).phase == "training"
