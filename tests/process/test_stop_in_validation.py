"""A validation that would take minutes is left at once."""

from __future__ import annotations

import time

import pytest

from tests.process.equipment import Stage
from training.analysis.report import read_report
from training.control.client import ask
from training.control.protocol import Request
from training.record.lane_records import Epoch, Finished, Paused, Progress, Validation

LONG = ("data.samples=3000000", "data.features=4", "fit.validation_split=0.9999", "fit.batch_size=1")
"""300 steps an epoch, then three million validation batches."""


@pytest.mark.slow
def test_stop_and_pause_inside_a_long_validation(stage: Stage) -> None:
    settings = [part for one in LONG for part in ("--set", f"a.{one}")]
    viewer = stage.headless("seed-binary", "seed-regression", "--epochs", "2", *settings)
    run = viewer.run
    whole = run.lane_record("a", Progress, lambda record: record.epoch_step == 300)
    ask(run.folder, Request(ask="pause", lane="a"))
    paused = run.lane_record("a", Paused)
    assert paused.step == whole.step == 300
    ask(run.folder, Request(ask="resume", lane="a"))
    run.lane_record("b", Finished)
    began = time.monotonic()
    ask(run.folder, Request(ask="stop", lane="a", by="test"))
    assert viewer.wait() == 130
    assert time.monotonic() - began < 15  # before stop_s, after which it would have been signalled
    finished = run.lane_record("a", Finished)
    assert (finished.status, finished.step, finished.reason) == ("stopped", 300, "test")
    assert not any(isinstance(record, Validation) for record in run.lane("a"))
    assert [record.step for record in run.lane("a") if isinstance(record, Epoch)] == [300]
    assert run.checkpoints("a")[-1].step == 300
    report = read_report(run.folder.report)
    assert {lane: told.status for lane, told in report.lanes.items()} == {"a": "stopped", "b": "completed"}
