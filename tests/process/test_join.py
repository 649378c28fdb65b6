"""One training has the device, a second joins it, and a third takes the place of the one that ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, wait_for
from tests.unit.event_file_reading import scalars_in
from training.analysis.history import RunHistory
from training.analysis.report import read_report
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.plan import LANES, Lane, read_plan
from training.record.contention_records import SharedSpan, SoloSpan
from training.record.event_records import BarrierOpened, Ended, Joined, LaneEnded, Launched
from training.record.lane_records import Progress, Released, Started
from training.record.reader import TailingReader


def trains_now(run: Run, lane: Lane, since_t: float) -> Progress:
    """Wait until the lane trains that began after this."""
    return run.lane_record(
        lane, Progress, lambda record: not record.warm_up and record.t > since_t and record.step > 10
    )


@pytest.mark.slow
def test_a_second_lane_joins_and_a_third_takes_its_place(stage: Stage, tmp_path: Path) -> None:
    into = tmp_path / "logs"
    viewer = stage.headless("seed-binary", "--minutes", "9", "--tensorboard", str(into))
    run = viewer.run
    released = run.lane_record("a", Released)
    run.lane_record("a", Progress, lambda record: record.t > released.t + 2.0)  # long enough for a rate
    followed = RunHistory(run.folder)  # a viewer that was there from the beginning
    followed.refresh()
    assert list(followed.state().lanes) == ["a"]
    with pytest.raises(ControlError, match="a probe needs both lanes training"):
        ask(run.folder, Request(ask="probe"))

    joined = stage.command("join", "seed-regression", "--seed", "5")
    assert joined.returncode == 0, joined.stderr
    assert "seed-regression joins" in joined.stdout
    told = run.event(Joined)
    assert (told.lane, told.replaces, told.earlier_records) == ("b", None, None)
    assert told.planned.preset.fit.seed == 5
    run.trains("b")
    before = run.event(SoloSpan, lambda record: record.how == "before the join")
    assert (before.lane, before.complete) == ("a", True)
    assert before.t1 <= run.nth_event(Launched, 1).t + 0.6
    run.event(SharedSpan)
    assert list(read_plan(run.folder.plan).lanes) == ["a", "b"]
    full = stage.command("join", "seed-binary")
    assert full.returncode == 1
    assert "both lanes train" in full.stderr
    followed.refresh()
    assert {lane: state.preset_name for lane, state in followed.state().lanes.items()} == {
        "a": "seed-binary",
        "b": "seed-regression",
    }

    assert stage.command("stop", "--lane", "b").returncode == 0
    run.ended("b")
    steps_of_the_first = run.steps("b")
    followed.refresh()
    again = stage.command("join", str(run.folder.path), "seed-binary", "--set", "fit.batch_size=16")
    assert again.returncode == 0, again.stderr
    third = run.nth_event(Joined, 1)
    assert (third.lane, third.replaces) == ("b", "seed-regression")
    assert third.earlier_records == "b-1.jsonl"
    trains_now(run, "b", third.t)
    run.advances("a")
    earlier: TailingReader[Progress] = TailingReader(run.folder.path / "b-1.jsonl", Progress)
    assert max(record.step for record in earlier.read_new()) == steps_of_the_first
    assert isinstance(run.lane("b")[1], Started)
    assert (run.folder.path / "b-1" / "model.keras").is_file()
    assert "seed-regression" not in (run.folder.path / "b.log").read_text()
    assert (run.folder.path / "b-1.log").is_file()

    for history in (followed, RunHistory(run.folder)):
        wait_for(
            "both lanes training",
            lambda history=history: _phases(history) == {"a": "training", "b": "training"},  # type: ignore[misc]
            saw=lambda history=history: _phases(history),  # type: ignore[misc]
        )
        state = history.state()
        assert {lane: one.preset_name for lane, one in state.lanes.items()} == {
            "a": "seed-binary",
            "b": "seed-binary",
        }
        assert state.lanes["b"].error is None
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err
    report = read_report(run.folder.report)
    assert {lane: one.status for lane, one in report.lanes.items()} == {"a": "stopped", "b": "stopped"}
    shown = stage.command("report", "--json")
    assert shown.returncode == 0, shown.stderr
    assert set(json.loads(shown.stdout)["lanes"]) == {"a", "b"}
    listed = json.loads(stage.command("runs", "--json").stdout)
    assert [one["state"] for one in listed] == ["stopped"]
    stage.wait_until_clean()
    assert {path.name for path in into.iterdir()} >= {"a-seed-binary", "b-seed-regression", "b2-seed-binary"}
    assert scalars_in(into / "b-seed-regression")["loss"][-1].step == steps_of_the_first


def _phases(history: RunHistory) -> dict[Lane, str]:
    history.refresh()
    return {
        lane: "training" if state.phase == "validating" else state.phase
        for lane, state in history.state().lanes.items()
    }


@pytest.mark.slow
def test_a_run_goes_on_with_who_joined_when_the_first_has_ended(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "--minutes", "9", "--json")
    run = viewer.run
    run.trains("a")
    assert stage.command("join", "seed-regression").returncode == 0
    run.trains("b")
    assert stage.command("stop", "--lane", "a").returncode == 0
    run.ended("a")
    run.advances("b")
    alone = stage.command("join", "seed-binary")  # in the place of lane a
    assert alone.returncode == 0, alone.stderr
    third = run.nth_event(Joined, 1)
    assert (third.lane, third.earlier_records) == ("a", "a-1.jsonl")
    trains_now(run, "a", third.t)
    assert [record.lane for record in run.events() if isinstance(record, LaneEnded)] == ["a"]
    assert [record.lanes for record in run.events() if isinstance(record, BarrierOpened)] == [
        ("a",), ("b",), ("a",),
    ]  # fmt: skip
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err
    assert set(json.loads(viewer.out)["lanes"]) == set(LANES)
    late = stage.command("join", str(run.folder.path), "seed-binary")
    assert late.returncode == 1
    assert "has ended already" in late.stderr


@pytest.mark.slow
def test_one_alone_trains_to_its_end(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "--steps", "60", "--json")
    assert viewer.wait() == 0, viewer.err
    viewer.run.event(Ended)
    report = json.loads(viewer.out)
    assert list(report["lanes"]) == ["a"]
    assert report["lanes"]["a"]["status"] == "completed"
    shown = stage.command("report")
    assert shown.returncode == 0, shown.stderr


@pytest.mark.slow
def test_a_lane_that_joins_takes_its_turn_where_they_take_turns(stage: Stage) -> None:
    viewer = stage.headless("seed-binary", "--minutes", "9", "--sharing", "sequential")
    run = viewer.run
    run.trains("a")
    assert stage.command("join", "seed-regression").returncode == 0
    run.event(Joined)
    run.advances("a")
    assert [record.lane for record in run.events() if isinstance(record, Launched)] == ["a"]
    assert stage.command("stop", "--lane", "a").returncode == 0
    run.trains("b")
    assert stage.command("stop").returncode == 0
    assert viewer.wait() == 130, viewer.err
