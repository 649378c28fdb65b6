"""What is told of lanes whose end no supervisor told: their own last word."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from msgspec import structs

from tests.unit.made_runs import append, made_run, plan
from training.analysis.build_report import build_report
from training.analysis.history import RunHistory
from training.analysis.report import LaneReport, Monitor, ReportedError
from training.analysis.state import LOST
from training.plan import LANES, Lane
from training.record.event_records import LaneEnded, Launched
from training.record.lane_records import Error, Finished
from training.record.tagged import Record

STOPPED = Finished(15.0, "stopped", 7, 28, 1, "the supervisor is gone", "b/model.keras")
FAILED = Error(t=12.0, kind="nan-loss", message="not a number", hint="lower it")


def _lane_b(path: Path, *told: Record, events: tuple[Record, ...] = ()) -> LaneReport:
    lane: Lane = "b"
    folder = made_run(path / "made")
    append(folder.events, Launched(t=1.5, lane=lane, pid=2), *events)
    append(folder.lane_records(lane), *told)
    monitor = Monitor(cpu_s=0.0, wall_s=20.0, peak_rss_bytes=0)
    return build_report(folder, plan(), datetime(2026, 1, 2, tzinfo=UTC), monitor).lanes[lane]


def test_one_that_stopped_in_order_has_stopped(tmp_path: Path) -> None:
    b = _lane_b(tmp_path, STOPPED)
    assert (b.status, b.error, b.exit_code, b.steps, b.wall_s) == ("stopped", None, None, 7, 13.5)
    assert b.model_path == "b/model.keras"


def test_one_that_failed_says_of_what(tmp_path: Path) -> None:
    b = _lane_b(tmp_path, FAILED)
    assert (b.status, b.wall_s) == ("failed", 10.5)
    assert b.error == ReportedError("nan-loss", "not a number", "lower it")


def test_of_one_that_told_nothing_nothing_better_is_known(tmp_path: Path) -> None:
    b = _lane_b(tmp_path)
    assert (b.status, b.error, b.wall_s) == ("failed", None, 0.0)


def test_what_a_supervisor_told_goes_before_it(tmp_path: Path) -> None:
    ended = LaneEnded(t=19.0, lane="b", status="failed", exit_code=1, kind="device-lost", message="gone")
    b = _lane_b(tmp_path, STOPPED, events=(ended,))
    assert (b.status, b.exit_code, b.wall_s) == ("failed", 1, 17.5)
    assert b.error == ReportedError("device-lost", "gone")


@pytest.mark.parametrize("status", ["stopped", "completed"])
def test_who_looks_on_sees_it_also_when_it_is_told_late(
    tmp_path: Path, status: Literal["stopped", "completed"]
) -> None:
    folder = made_run(tmp_path / "made")
    append(folder.events, *(Launched(t=1.0, lane=lane, pid=2) for lane in LANES))
    history = RunHistory(folder)
    history.refresh(supervisor_gone=True)
    assert [(lane.phase, lane.error and lane.error.kind) for lane in history.state().lanes.values()] == [
        ("failed", LOST),
        ("failed", LOST),
    ]
    append(folder.lane_records("a"), structs.replace(STOPPED, status=status))
    append(folder.lane_records("b"), FAILED)
    history.refresh()
    a, b = history.state().lanes.values()
    assert (a.phase, a.error, a.model_path) == (status, None, "b/model.keras")
    assert (b.phase, b.error and b.error.kind) == ("failed", "nan-loss")
