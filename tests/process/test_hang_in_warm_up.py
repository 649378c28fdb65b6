"""A lane that hangs before it is warm: the other does not wait for it for ever."""

from __future__ import annotations

import os
import signal

import pytest

from tests.process.equipment import Stage
from training.analysis.report import read_report
from training.launch import LaunchRequest
from training.plan import Limits
from training.record.event_records import BarrierOpened, Ended, Note, Signalled


@pytest.mark.slow
def test_other_lane_is_released_and_the_hung_one_given_up(stage: Stage) -> None:
    limits = Limits(steps=60, barrier_s=0.5, warm_up_s=20.0)
    run = stage.launch(LaunchRequest({"a": "seed-binary", "b": "seed-regression"}, "cpu", limits=limits))
    os.kill(run.pid("b"), signal.SIGSTOP)
    run.event(Ended)
    report = read_report(run.folder.report)
    assert (report.lanes["a"].status, report.lanes["a"].steps) == ("completed", 60)
    hung = report.lanes["b"]
    assert hung.status == "failed"
    assert hung.error is not None
    assert hung.error.kind == "hung"
    assert "importing after 20 s" in hung.error.message
    opened = [record for record in run.events() if isinstance(record, BarrierOpened)]
    assert [record.lanes for record in opened] == [("a",)]
    assert opened[0].because == "lane b is not warm after 0.5 s"
    assert opened[0].t < run.ended("b").t
    assert [record.lane for record in run.events() if isinstance(record, Note)] == ["b"]
    assert [record.signal for record in run.events() if isinstance(record, Signalled)] == ["SIGTERM"]
    stage.wait_until_clean()
