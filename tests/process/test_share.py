"""A pair that trains is probed and goes over to another sharing, on request, and is never left standing."""

from __future__ import annotations

import pytest

from tests.process.equipment import Run, Stage, wait_for
from training.analysis.history import RunHistory
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.launch import LaunchRequest
from training.plan import LANES, Lane, Limits, Probing
from training.record.contention_records import Held, ProbeBegan, SoloSpan
from training.record.event_records import Ended, LaneEnded, SharingChanged
from training.record.lane_records import Paused, Resumed

SEEDS: dict[Lane, str] = {"a": "seed-binary", "b": "seed-regression"}


def holding(run: Run, lane: Lane, times: int) -> None:
    """Wait until the lane has been told to stand still so often, and does."""
    wait_for(
        f"lane {lane} standing still",
        lambda: [record for record in run.lane(lane) if isinstance(record, Paused)][times - 1 :],
        saw=run.told,
    )


@pytest.mark.slow
def test_a_probe_and_then_turns_until_one_has_ended(stage: Stage) -> None:
    probing = Probing(enabled=False, seconds=0.5)
    run = stage.launch(LaunchRequest(SEEDS, device="cpu", limits=Limits(minutes=9), probing=probing))
    for lane in LANES:
        run.trains(lane)
    ask(run.folder, Request(ask="probe", by="test"))
    for index, timed in enumerate(LANES):
        span = run.nth_event(SoloSpan, index)
        assert (span.lane, span.how, span.complete) == (timed, "probe", True)
        assert span.t1 - span.t0 >= 0.5
    for lane in LANES:
        run.lane_record(lane, Resumed)
        run.advances(lane)

    with pytest.raises(ControlError, match="that way already: together"):
        ask(run.folder, Request(ask="share", sharing="together"))
    ask(run.folder, Request(ask="share", sharing="sequential", by="test"))
    waits = run.event(Held, lambda record: record.why == "turn").lane
    trains: Lane = "a" if waits == "b" else "b"
    holding(run, waits, 2)
    run.advances(trains)
    stood_at = run.steps(waits)
    with pytest.raises(ControlError, match="they take turns"):
        ask(run.folder, Request(ask="probe"))
    with pytest.raises(ControlError, match=f"lane {waits} still stands still: it is the other's turn"):
        ask(run.folder, Request(ask="resume", lane=waits))
    assert run.steps(waits) == stood_at

    ask(run.folder, Request(ask="stop", lane=trains, by="test"))
    assert run.ended(trains).status == "stopped"
    run.advances(waits)
    ask(run.folder, Request(ask="stop", by="test"))
    run.event(Ended)
    assert [record.lane for record in run.events() if isinstance(record, ProbeBegan)] == ["a", "b"]
    history = RunHistory(run.folder)
    history.refresh()
    state = history.state()
    assert (state.sharing, state.sharing_asked) == ("sequential", "together")
    assert state.contention.held == {}
    assert run.event(SharingChanged).because == "asked by test"


@pytest.mark.slow
def test_the_command_changes_it_back_and_forth_and_refuses_what_cannot_be(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--no-probe")
    run = viewer.run
    for lane in LANES:
        run.trains(lane)
    changed = stage.command("share", "sequential")
    assert changed.returncode == 0, changed.stderr
    assert "go over to sequential" in changed.stdout
    waits = run.event(Held).lane
    holding(run, waits, 1)
    refused = stage.command("share", "sequential")
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "that way already: sequential" in refused.stderr
    assert stage.command("share", "together").returncode == 0
    run.lane_record(waits, Resumed)
    run.advances(waits)
    unknown = stage.command("share", "mps")
    assert unknown.returncode == 2
    # a lane that waits for its turn stops when it is asked, and the other never notices
    assert stage.command("share", "sequential").returncode == 0
    waits = run.nth_event(Held, 1).lane
    holding(run, waits, 2)
    assert stage.command("stop", "--lane", waits).returncode == 0
    assert run.ended(waits).status == "stopped"
    (left,) = (lane for lane in LANES if lane != waits)
    run.advances(left)
    assert not any(isinstance(record, Paused) for record in run.lane(left))
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err


@pytest.mark.slow
def test_what_runs_one_after_the_other_can_go_on_together(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--minutes", "9", "--sharing", "sequential")
    run = viewer.run
    run.trains("a")
    assert stage.command("share", "together").returncode == 0
    run.trains("b")
    run.advances("a")
    assert not any(isinstance(record, LaneEnded) for record in run.events())
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err
