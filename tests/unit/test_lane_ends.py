"""Which ends are news to whoever looks."""

from __future__ import annotations

from tests import states
from training.analysis.state import LanePhase, RunState
from training.plan import LANES
from tui.lane_ends import LaneEnds


def run(a: LanePhase, b: LanePhase) -> RunState:
    phases = {"a": a, "b": b}
    return states.cpu_run(lanes={lane: states.lane_state(lane, phase=phases[lane]) for lane in LANES})


def ends(looks: LaneEnds, state: RunState) -> list[str]:
    return [lane.lane for lane in looks.take(state)]


def test_each_end_is_told_once() -> None:
    looks = LaneEnds(from_the_start=False)
    assert ends(looks, run("training", "training")) == []
    assert ends(looks, run("completed", "training")) == ["a"]
    assert ends(looks, run("completed", "training")) == []
    assert ends(looks, run("completed", "failed")) == ["b"]
    assert ends(looks, run("completed", "failed")) == []


def test_what_had_ended_before_the_first_look_is_no_news() -> None:
    looks = LaneEnds(from_the_start=False)
    assert ends(looks, run("stopped", "validating")) == []
    assert ends(looks, run("stopped", "stopped")) == ["b"]


def test_in_a_run_that_was_launched_for_this_look_everything_is_news() -> None:
    assert ends(LaneEnds(from_the_start=True), run("failed", "failed")) == ["a", "b"]


def test_who_takes_an_ended_lanes_place_ends_too() -> None:
    looks = LaneEnds(from_the_start=True)
    assert ends(looks, run("completed", "training")) == ["a"]
    assert ends(looks, run("importing", "training")) == []
    assert ends(looks, run("completed", "training")) == ["a"]
