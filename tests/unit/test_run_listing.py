"""The runs in a line each: what they are now, and how their lanes share the device now or did in the end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.made_runs import append, made_run, plan
from training.analysis.report import Monitor, build_report, write_report
from training.analysis.run_listing import list_runs
from training.plan import LANES
from training.record.event_records import LaneEnded, SharingChanged
from training.record.run_folder import RunFolder
from training.record.run_home import runs_home

CHANGED = SharingChanged(t=70.0, before="together", after="sequential", because="asked")


@pytest.fixture
def folder() -> RunFolder:
    """A run whose lanes shared the device together, and then one after the other."""
    folder = made_run(runs_home() / "20260101-000000-aaaa")
    append(folder.events, CHANGED)
    return folder


def test_a_run_that_goes_on_is_listed_as_it_shares_now(folder: RunFolder) -> None:
    made_run(runs_home() / "20260101-000000-bbbb", plan("other", sharing="adaptive"))
    assert [(run.state, run.sharing) for run in list_runs()] == [
        ("starting", "adaptive"),
        ("starting", "sequential"),
    ]


def test_a_run_that_has_ended_is_listed_as_it_shared_in_the_end(folder: RunFolder) -> None:
    for lane in LANES:
        append(folder.events, LaneEnded(t=99.0, lane=lane, status="completed", exit_code=0))
    write_report(
        build_report(folder, plan(folder.name), datetime(2026, 1, 2, tzinfo=UTC), Monitor(0.5, 99, 7)),
        folder.report,
    )
    (run,) = list_runs()
    assert (run.state, run.sharing) == ("completed", "sequential")
    folder.events.unlink()  # the report says it
    (run,) = list_runs()
    assert run.sharing == "sequential"


def test_a_run_whose_report_is_damaged_is_listed_by_its_events(folder: RunFolder) -> None:
    folder.report.write_text("{")
    (run,) = list_runs()
    assert (run.state, run.sharing) == ("unreadable", "sequential")
