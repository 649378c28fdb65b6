"""Both lanes in one process, through the real command: each ends its own way, and the end of the process is both's."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.process.equipment import Run, Stage, wait_for
from training.analysis.history import RunHistory
from training.analysis.lane_figures import in_lane, lane_figure
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.plan import LANES, Lane, read_plan
from training.record.contention_records import SharedSpan, SoloSpan
from training.record.device_records import Sample, Source
from training.record.event_records import LaneEnded, Launched
from training.record.lane_records import Finished, Resumed

BOTH = ("seed-binary", "seed-regression", "--sharing", "one-process")


def test_both_complete_beside_each_other(stage: Stage) -> None:
    viewer = stage.headless(*BOTH, "--steps", "400", "--turn", "b=2", "--json")
    assert viewer.wait() == 0, viewer.err
    run = viewer.run
    report = json.loads(viewer.out)
    assert report["sharing"] == "one-process"
    for lane in LANES:
        assert report["lanes"][lane]["status"] == "completed"
        assert run.lane_record(lane, Finished).step == 400
    launched = [record for record in run.events() if isinstance(record, Launched)]
    assert [record.lane for record in launched] == ["a", "b"]
    assert len({record.pid for record in launched}) == 1
    seen = [record for record in run.device() if isinstance(record, Sample)]
    assert not any(len(sample.lanes) > 1 for sample in seen)
    sources = [record for record in run.device() if isinstance(record, Source)]
    assert any(in_lane(lane_figure(one.figures, "b", "memory_bytes")) == "a" for one in sources)
    assert "memory in lane A's" in viewer.err


@pytest.mark.slow
def test_a_lane_that_fails_leaves_the_other_training(stage: Stage) -> None:
    diverges = ("--set", "a.fit.learning_rate=100", "--set", 'a.fit.optimizer="sgd"')
    viewer = stage.headless(
        "seed-regression", "seed-binary", *BOTH[2:], "--minutes", "9", *diverges, "--json"
    )
    run = viewer.run
    failed = run.ended("a")
    assert (failed.status, failed.kind) == ("failed", "nan-loss")
    run.advances("b")
    # the process is lane b's alone from now on, and metered as such
    wait_for(
        "a sample of lane b",
        lambda: [one for one in run.device() if isinstance(one, Sample) and "b" in one.lanes],
        saw=run.told,
    )
    ask(run.folder, Request(ask="stop", by="test"))
    assert viewer.wait() == 1
    report = json.loads(viewer.out)
    assert {lane: one["status"] for lane, one in report["lanes"].items()} == {"a": "failed", "b": "stopped"}
    assert [record.lane for record in run.events() if isinstance(record, LaneEnded)] == ["a", "b"]


@pytest.mark.slow
def test_one_is_stopped_and_what_one_process_cannot_do_is_refused(stage: Stage) -> None:
    viewer = stage.headless(*BOTH, "--minutes", "9")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    for request, why in (
        (Request(ask="share", sharing="sequential"), "a run under one-process cannot be changed"),
        (Request(ask="kill", lane="a"), "one process trains both lanes"),
    ):
        with pytest.raises(ControlError, match=why):
            ask(run.folder, request)
    assert stage.command("pause", "--lane", "b").returncode == 0
    wait_for("the pause of lane b", lambda: _phases(run)["b"] == "paused", saw=run.told)
    run.advances("a")
    assert stage.command("resume", "--lane", "b").returncode == 0
    run.lane_record("b", Resumed)
    assert stage.command("stop", "--lane", "b").returncode == 0
    assert run.ended("b").status == "stopped"
    run.advances("a")
    with pytest.raises(ControlError, match="cannot join a run in one process"):
        ask(run.folder, Request(ask="join", planned=read_plan(run.folder.plan).lanes["b"]))
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err


@pytest.mark.slow
def test_the_end_of_the_process_is_told_of_both(stage: Stage) -> None:
    viewer = stage.headless(*BOTH, "--minutes", "9", "--json")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    os.kill(run.pid("a"), signal.SIGKILL)
    assert viewer.wait() == 1
    report = json.loads(viewer.out)
    for lane in LANES:
        assert report["lanes"][lane]["status"] == "failed"
        ended = run.ended(lane)
        assert (ended.kind, ended.exit_code) == ("killed", -signal.SIGKILL)
        assert "SIGKILL" in ended.message
    stage.wait_until_clean()


@pytest.mark.slow
def test_a_lane_is_timed_alone_while_the_other_stands_still(stage: Stage) -> None:
    viewer = stage.headless(*BOTH, "--minutes", "3", "--no-probe")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    assert stage.command("probe").returncode == 0
    for index, timed in enumerate(LANES):
        span = run.nth_event(SoloSpan, index)
        assert (span.lane, span.complete) == (timed, True)
        assert span.span.steps >= 30
    for lane in LANES:
        run.lane_record(lane, Resumed)
        run.advances(lane)
    shared = run.event(SharedSpan)
    assert set(shared.spans) == {"a", "b"}
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err


def _phases(run: Run) -> dict[Lane, str]:
    history = RunHistory(run.folder)
    history.refresh()
    return {lane: state.phase for lane, state in history.state().lanes.items()}
