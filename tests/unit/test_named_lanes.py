"""Lanes by name and PID, as they are named before anything is stopped."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from tests import states
from tests.unit.made_runs import append, made_run, plan
from training.analysis.named_lanes import NamedLane, in_words, lanes_in, lanes_of
from training.plan import write_plan
from training.record.event_records import Joined, LaneEnded, Launched

A, B = NamedLane("a", "seed-binary", 11), NamedLane("b", "seed-regression", 12)


def test_from_the_folder_only_those_that_go_on(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    assert lanes_in(folder) == (structs_of(A), structs_of(B))
    append(folder.events, Launched(1.0, "a", 11), Launched(1.1, "b", 12))
    assert lanes_in(folder) == (A, B)
    append(folder.events, LaneEnded(2.0, "a", "completed", 0))
    assert lanes_in(folder) == (B,)
    append(folder.events, LaneEnded(3.0, "b", "failed", 1))
    assert lanes_in(folder) == ()


def structs_of(lane: NamedLane) -> NamedLane:
    """The lane before it has a process."""
    return NamedLane(lane.lane, lane.preset_name)


def test_another_in_a_lanes_place_is_another(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run")
    newcomer = structs.replace(plan().lanes["a"], preset_name="newcomer")
    append(
        folder.events, Launched(1.0, "a", 11), LaneEnded(2.0, "a", "completed", 0), Joined(3.0, "a", newcomer)
    )
    made = plan("run")
    write_plan(structs.replace(made, lanes={**made.lanes, "a": newcomer}), folder.plan)
    assert lanes_in(folder)[0] == NamedLane("a", "newcomer")
    append(folder.events, Launched(4.0, "a", 21))
    assert lanes_in(folder)[0] == NamedLane("a", "newcomer", 21)


def test_from_a_state() -> None:
    assert [lane.pid for lane in lanes_of(states.cpu_run())] == [41001, 41002]
    assert [lane.lane for lane in lanes_of(states.with_lane(states.cpu_run(), "a", phase="stopped"))] == ["b"]


def test_in_words() -> None:
    assert in_words([A]) == "lane A (seed-binary, pid 11)"
    assert in_words([A, B]) == "both lanes: A (seed-binary, pid 11), B (seed-regression, pid 12)"
    assert in_words([]) == ""
    assert in_words([NamedLane("a", "x\x1b[2J" + "y" * 99)]).endswith("yy…, no process yet)")
    assert in_words([NamedLane("a", "x\x1b[2J")]).isprintable()
