"""Marks on the time axis: what is worth one, in bounded memory, over the whole run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.made_runs import append, made_run
from training.analysis.history import RunHistory
from training.analysis.time_marks import KEPT_OF_A_KIND, MARK_KINDS, MarksOfKind, TimeMark, TimeMarks
from training.record.contention_records import Held
from training.record.device_records import DeviceReading, Sample
from training.record.event_records import EventRecord, LaneEnded
from training.record.lane_records import Checkpoint, Epoch, LaneRecord, NonFinite, Validation

WHOLE = Epoch(t=3.0, epoch=1, step=9, samples=9, steps=9, seconds=1.0, outside_s=0.1)


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (WHOLE, "epoch"),
        (Epoch(t=3.0, epoch=1, step=9, samples=9, steps=9, seconds=1.0, outside_s=0.1, partial=True), None),
        (Validation(t=3.0, step=9, epoch=1, seconds=0.5), "validation"),
        (Checkpoint(t=3.0, step=9, path="x", seconds=0.1), "checkpoint"),
        (Checkpoint(t=3.0, step=9, path="x", seconds=0.1, error="disk full"), None),
        (NonFinite(t=3.0, step=9), "not finite"),
        (Held(t=3.0, lane="b", why="asked"), "pause"),
        (Held(t=3.0, lane="b", why="turn"), "pause"),
        (Held(t=3.0, lane="b", why="probe"), None),
        (LaneEnded(t=3.0, lane="b", status="failed", exit_code=1), "failed"),
        (LaneEnded(t=3.0, lane="b", status="failed", exit_code=1, kind="out-of-memory"), "out of memory"),
        (LaneEnded(t=3.0, lane="b", status="completed", exit_code=0), None),
    ],
)
def test_what_is_worth_a_sign(record: EventRecord | LaneRecord, kind: str | None) -> None:
    marks = TimeMarks()
    marks.take(record, "b")
    assert [(one.kind, one.lane, one.t) for one in marks.marks()] == ([(kind, "b", (3.0,))] if kind else [])


@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from(MARK_KINDS)), max_size=300))
def test_kinds_stand_in_order_of_what_they_are_worth_and_each_in_order_of_time(
    told: list[tuple[float, str]],
) -> None:
    marks = TimeMarks()
    for t, kind in told:
        marks.add(TimeMark(t, kind))  # type: ignore[arg-type]
    found = marks.marks()
    assert [one.kind for one in found] == sorted({kind for _, kind in told}, key=MARK_KINDS.index)
    for one in found:
        assert one.t == tuple(sorted(t for t, kind in told if kind == one.kind))
        assert one.between(10.0, 1000.0) == tuple(t for t in one.t if 10.0 <= t <= 1000.0)


def test_of_many_the_newest_of_each_lane_are_kept() -> None:
    marks = TimeMarks()
    for index in range(10_000):
        marks.add(TimeMark(float(index), "epoch", "a"))
    marks.add(TimeMark(3.0, "epoch", "b"))
    newest = tuple(float(index) for index in range(10_000 - KEPT_OF_A_KIND, 10_000))
    assert {one.lane: one.t for one in marks.marks()} == {"a": newest, "b": (3.0,)}


def test_a_history_tells_them_of_all_files(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    append(folder.lane_records("a"), WHOLE)
    append(folder.events, Held(t=4.0, lane="b", why="asked"))
    hot = DeviceReading(event_reasons=("thermal",))
    append(folder.device, Sample(5.0, DeviceReading(event_reasons=("power cap",))), Sample(6.0, hot))
    history = RunHistory(folder)
    history.refresh()
    assert history.state().time_marks == (
        MarksOfKind("epoch", "a", (3.0,)),
        MarksOfKind("pause", "b", (4.0,)),
        MarksOfKind("throttle", None, (6.0,)),
    )
