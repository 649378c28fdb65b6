"""The viewer owns nothing: whatever becomes of it, the run goes on."""

from __future__ import annotations

import signal

import pytest

from tests.process.equipment import Stage
from training.analysis.history import RunHistory
from training.analysis.report import read_report
from training.record.event_records import Ended

ENDS = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGHUP: 143}


@pytest.mark.slow
def test_run_completes_without_its_viewer(stage: Stage) -> None:
    viewers = {
        number: stage.headless("seed-binary", "seed-regression", "--steps", "400", "--json")
        for number in ENDS
    }
    for viewer in viewers.values():
        viewer.follows()
    for number, viewer in viewers.items():
        viewer.signal(number)
    for number, viewer in viewers.items():
        assert viewer.wait() == ENDS[number]
        assert viewer.out == ""
        assert not viewer.run.folder.report.exists()
        assert ("the run goes on: dualtrain-tui attach" in viewer.err) == (number is not signal.SIGKILL)
    for viewer in viewers.values():
        viewer.run.event(Ended)
        report = read_report(viewer.run.folder.report)
        assert [(lane.status, lane.steps) for lane in report.lanes.values()] == [("completed", 400)] * 2
        history = RunHistory(viewer.run.folder)
        history.refresh()
        assert history.state().phase == "ended"
        assert {lane.phase for lane in history.state().lanes.values()} == {"completed"}
    stage.wait_until_clean()
