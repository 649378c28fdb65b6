"""Probes of real trainings: who stands still for whom, and that nobody does when a probe is over, whatever ends it.

What is looked at are records, never verdicts: on a busy machine blocks are rightly called disturbed.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, wait_for
from training.analysis.history import RunHistory
from training.analysis.report import read_report
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.launch import LaunchRequest
from training.plan import LANES, Lane, Limits, Probing, Sharing
from training.record.contention_records import Held, LetGo, ProbeBegan, SharedSpan, SoloSpan
from training.record.event_records import Asked, Ended
from training.record.lane_records import Checkpoint, Finished, Paused, Progress, Resumed, Window
from training.record.liveness import read_facts

SEEDS: dict[Lane, str] = {"a": "seed-binary", "b": "seed-regression"}
LONG = Probing(enabled=False, seconds=60.0)
"""Windows that are surely open when a test looks, of probes that are asked for."""


def pair(stage: Stage, probing: Probing, sharing: Sharing = "together", *, minutes: float = 9.0) -> Run:
    """Two real trainings, probed so."""
    return stage.launch(
        LaunchRequest(SEEDS, device="cpu", sharing=sharing, limits=Limits(minutes=minutes), probing=probing)
    )


def stands(run: Run) -> tuple[Lane, Lane]:
    """Ask for a probe and wait until a lane stands still; returns that lane, and the one that is timed."""
    for lane in LANES:
        run.trains(lane)
    ask(run.folder, Request(ask="probe", by="test"))
    began = run.event(ProbeBegan)
    run.lane_record(began.paused, Paused)
    return began.paused, began.lane


def supervisor_pid(run: Run) -> int:
    facts = read_facts(run.folder)
    assert facts is not None
    return facts.pid


def stop(run: Run) -> None:
    ask(run.folder, Request(ask="stop", by="test"))
    run.event(Ended)


@pytest.mark.slow
def test_lanes_are_timed_alone_in_turn_and_nobody_stays_paused(stage: Stage) -> None:
    run = pair(stage, Probing(seconds=0.5, blocks=2, then_stop=True))
    run.event(Ended)
    events = run.events()
    began = [record for record in events if isinstance(record, ProbeBegan)]
    solo = [record for record in events if isinstance(record, SoloSpan) and record.how == "probe"]
    assert [(one.block, one.lane) for one in began[:4]] == [(1, "a"), (1, "b"), (2, "b"), (2, "a")]
    assert [(one.block, one.lane) for one in solo] == [(one.block, one.lane) for one in began]
    assert all(one.complete for one in solo)
    for span in solo:
        (window,) = [
            record
            for record in run.lane(span.lane)
            if isinstance(record, Window) and (record.t0, record.t1) == (span.t0, span.t1)
        ]
        assert window.complete
        assert window.t1 - window.t0 >= 0.5
        assert (span.span.steps, span.span.epochs) == (window.steps, window.epochs)
        other: Lane = "b" if span.lane == "a" else "a"
        beside = [record for record in run.lane(other) if isinstance(record, Progress)]
        assert not any(span.t0 < record.t - record.span_s < record.t < span.t1 for record in beside)
    shared = [record for record in events if isinstance(record, SharedSpan)]
    assert {one.block for one in shared} >= {1, 2}
    held = [record for record in events if isinstance(record, Held | LetGo)]
    assert [type(one) for one in held] == [Held, LetGo] * len(began)
    for lane in LANES:
        stood = [record for record in run.lane(lane) if isinstance(record, Paused | Resumed)]
        assert [type(one) for one in stood] == [Paused, Resumed] * (len(began) // 2)
        finished = run.lane_record(lane, Finished)
        assert (finished.status, finished.reason) == ("stopped", "every block is measured")
    history = RunHistory(run.folder)
    history.refresh()
    told = history.state().contention
    assert len(told.marks) == len(began)
    assert told.probing is None
    assert told.held == {}
    reported = read_report(run.folder.report).contention
    assert reported is not None
    assert reported.probe_cost_s is not None or reported.blocks == 0


@pytest.mark.slow
def test_a_person_pauses_a_lane_amid_a_probe_and_it_stays_paused(stage: Stage) -> None:
    run = pair(stage, LONG)
    paused, timed = stands(run)
    ask(run.folder, Request(ask="pause", lane=timed, by="test"))
    assert not run.event(SoloSpan).complete
    run.lane_record(timed, Paused)
    run.lane_record(paused, Resumed)
    run.advances(paused)
    with pytest.raises(ControlError, match="resume the paused one first"):
        ask(run.folder, Request(ask="probe"))
    ask(run.folder, Request(ask="resume", lane=timed))
    run.lane_record(timed, Resumed)
    run.advances(timed)
    ask(run.folder, Request(ask="probe", by="test"))
    run.nth_event(ProbeBegan, 1)
    stop(run)


@pytest.mark.slow
def test_a_probe_can_be_asked_for_where_none_are_made(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "3", "--no-probe")
    run = viewer.run
    for lane in LANES:
        run.trains(lane, beyond_step=1500)
    assert not [record for record in run.events() if isinstance(record, ProbeBegan | Held)]
    assert not any(isinstance(record, Paused) for lane in LANES for record in run.lane(lane))
    asked = stage.command("probe", str(run.folder.path))
    assert asked.returncode == 0, asked.stderr
    assert "a probe was asked" in asked.stdout
    refused = stage.command("share", "adaptive", str(run.folder.path))
    assert refused.returncode == 1
    assert "--no-probe" in refused.stderr
    run.nth_event(SoloSpan, 1)
    for lane in LANES:
        run.lane_record(lane, Resumed)
        run.advances(lane)
    assert [record.what for record in run.events() if isinstance(record, Asked)] == ["probe", "share"]
    assert stage.command("stop", str(run.folder.path)).returncode == 0
    assert viewer.wait() == 130, viewer.err


@pytest.mark.slow
@pytest.mark.parametrize("sharing", ["together", "one-process"])
def test_the_end_of_the_supervisor_amid_a_probe_ends_the_paused_lane_too(
    stage: Stage, sharing: Sharing
) -> None:
    run = pair(stage, LONG, sharing)
    paused, _ = stands(run)
    os.kill(supervisor_pid(run), signal.SIGKILL)
    for lane in LANES:
        finished = run.lane_record(lane, Finished)
        assert (finished.status, finished.reason) == ("stopped", "the supervisor is gone")
        saved = [record for record in run.lane(lane) if isinstance(record, Checkpoint)]
        assert (saved[-1].step, saved[-1].error) == (finished.step, None)
        assert finished.model_path is not None
        assert Path(finished.model_path).is_file()
    assert run.lane_record(paused, Finished).step <= run.lane_record(paused, Paused).step + 1
    stage.wait_until_clean()
    history = RunHistory(run.folder)
    history.refresh()
    assert history.state().phase == "lost"


@pytest.mark.slow
def test_a_supervisor_that_is_told_to_end_amid_a_probe_ends_both_in_order(stage: Stage) -> None:
    run = pair(stage, LONG)
    paused, timed = stands(run)
    os.kill(supervisor_pid(run), signal.SIGTERM)
    run.event(Ended)
    report = read_report(run.folder.report)
    for lane in LANES:
        assert (report.lanes[lane].status, report.lanes[lane].exit_code) == ("stopped", 0)
    assert not run.event(SoloSpan).complete
    assert run.lane_record(paused, Finished).step <= run.lane_record(paused, Paused).step + 1
    assert run.steps(timed) > 0
    stage.wait_until_clean()


@pytest.mark.slow
@pytest.mark.parametrize("which", ["paused", "timed"])
@pytest.mark.parametrize("sharing", ["together", "one-process"])
def test_a_lane_that_is_stopped_amid_a_probe_lets_the_other_go_on(
    stage: Stage, which: str, sharing: Sharing
) -> None:
    run = pair(stage, LONG, sharing)
    paused, timed = stands(run)
    gone, left = (paused, timed) if which == "paused" else (timed, paused)
    ask(run.folder, Request(ask="stop", lane=gone, by="test"))
    assert run.ended(gone).status == "stopped"
    run.advances(left)
    assert not run.event(SoloSpan).complete
    stop(run)
    assert run.ended(left).status == "stopped"


@pytest.mark.slow
def test_a_lane_that_is_killed_amid_a_probe_lets_the_other_go_on(stage: Stage) -> None:
    run = pair(stage, LONG)
    paused, timed = stands(run)
    os.kill(run.pid(timed), signal.SIGKILL)
    assert run.ended(timed).status == "failed"
    run.lane_record(paused, Resumed)
    run.advances(paused)
    ask(run.folder, Request(ask="pause", lane=paused))
    wait_for(
        "the pause of the lane that is left",
        lambda: [record for record in run.lane(paused) if isinstance(record, Paused)][1:],
        saw=run.told,
    )
    stop(run)
