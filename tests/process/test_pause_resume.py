"""Pause, resume, and stop while paused, asked over the control socket of a real run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.process.equipment import Stage
from training.analysis.report import read_report
from training.control.client import ask
from training.control.protocol import Request
from training.record.event_records import Ended
from training.record.lane_records import Finished, Paused, Progress, Resumed


def test_pause_is_acknowledged_with_the_exact_step_and_stop_ends_it(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--json")
    run = viewer.run
    run.trains("a")
    assert stage.command("pause", "--lane", "a").returncode == 0
    paused = run.lane_record("a", Paused)
    told = [record for record in run.lane("a") if isinstance(record, Progress)]
    assert (told[-1].step, sum(record.steps for record in told)) == (paused.step, paused.step)
    run.advances("b")  # the other lane is not held by it
    assert isinstance(run.lane("a")[-1], Paused)

    ask(run.folder, Request(ask="resume", lane="a"))
    resumed = run.lane_record("a", Resumed)
    assert resumed.step == paused.step
    assert resumed.paused_s == pytest.approx(
        resumed.t - paused.t, abs=2e-6
    )  # each is rounded to a microsecond
    run.trains("a", beyond_step=paused.step + 20)

    ask(run.folder, Request(ask="pause"))
    run.lane_record("a", Paused, lambda record: record.t > resumed.t)
    run.lane_record("b", Paused)
    ask(run.folder, Request(ask="stop", by="test"))
    assert viewer.wait() == 130
    run.event(Ended)
    report = read_report(run.folder.report)
    for name, lane_report in report.lanes.items():
        assert (lane_report.status, lane_report.exit_code) == ("stopped", 0)
        assert lane_report.model_path is not None
        assert Path(lane_report.model_path).is_file()
        last_pause = [record for record in run.lane(name) if isinstance(record, Paused)][-1]
        finished = run.lane_record(name, Finished)
        assert finished.reason == "test"
        assert finished.step <= last_pause.step + 1
    # what stood still was not trained
    stood_s = sum(record.paused_s for record in run.lane("a") if isinstance(record, Resumed))
    assert report.lanes["a"].train_s < report.lanes["a"].wall_s - stood_s
