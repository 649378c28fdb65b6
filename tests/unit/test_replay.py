"""A record played back: at each time what a viewer saw then, whichever way one came there."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append, lines, made_run
from tests.unit.seen_live import anywhere, lives, records_of, seen_at
from tests.unit.test_history import stories
from training.analysis.history import RunHistory
from training.analysis.replay import ASKED_EVERY, Replay
from training.analysis.state import RunState
from training.plan import PlanError
from training.record.event_records import Ended, Note
from training.record.lane_records import Paused, Progress
from training.record.run_folder import RunFolder

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SHARE = st.floats(0, 1, exclude_max=True)
RUNS = ["measured", "told"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFolder]:
    """Ended runs: one whose contention was measured, and one in which much else happens."""
    base = tmp_path_factory.mktemp("runs")
    told = made_run(base / "told")
    for file, records in stories(told).items():
        append(file, *records)
    found = {"measured": measured_run(base / "measured", disturbed=1), "told": told}
    for folder in found.values():
        folder.report.write_text("{}")
    return found


def _at(folder: RunFolder, t: float) -> RunState:
    replay = Replay(folder)
    assert replay.seek(t)
    return anywhere(replay.state())


@pytest.mark.parametrize("name", RUNS)
@FEW
@given(share=SHARE)
def test_at_each_time_it_is_what_a_viewer_saw(
    tmp_path_factory: pytest.TempPathFactory, runs: dict[str, RunFolder], name: str, share: float
) -> None:
    folder = runs[name]
    replay = Replay(folder)
    t = share * replay.end_s
    replay.seek(t)
    cut = RunFolder(tmp_path_factory.mktemp("cut") / folder.name)
    assert anywhere(replay.state()) == anywhere(seen_at(records_of(folder), folder.plan, cut, t))
    assert (replay.state().phase, replay.state().elapsed_s) == ("running", t)


@pytest.mark.parametrize("name", RUNS)
@FEW
@given(shares=st.lists(SHARE, min_size=2, max_size=5))
def test_what_is_there_does_not_depend_on_the_way(
    runs: dict[str, RunFolder], name: str, shares: list[float]
) -> None:
    replay = Replay(runs[name])
    for share in shares:
        assert replay.seek(share * replay.end_s)
    assert anywhere(replay.state()) == _at(runs[name], shares[-1] * replay.end_s)


@pytest.mark.parametrize("name", RUNS)
def test_the_end_is_what_the_whole_folder_says(runs: dict[str, RunFolder], name: str) -> None:
    history = RunHistory(runs[name])
    history.refresh()
    replay = Replay(runs[name])
    assert not replay.is_at_end
    replay.seek(replay.end_s)
    assert replay.is_at_end
    assert not replay.is_live
    assert replay.state() == history.state()
    assert replay.state().phase == "ended"
    if name == "measured":
        told = replay.state().contention
        assert told.contention.verdict == "together"
        assert len(told.points) == 5
    replay.seek(0.0)
    assert replay.state().phase == "running"
    replay.seek(math.inf)
    assert replay.state() == history.state()


def test_nothing_is_before_the_beginning_or_after_the_end(runs: dict[str, RunFolder]) -> None:
    replay = Replay(runs["told"])
    assert (replay.position_s, replay.end_s) == (0.0, 5.8)
    replay.seek(-5.0)
    assert replay.position_s == 0.0
    replay.seek(1e9)
    assert replay.position_s == 5.8


def test_of_a_lost_run_the_lanes_have_failed_at_its_end(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "lost", ended=False)
    os.utime(folder.plan, (0, 0))
    history = RunHistory(folder)
    history.refresh()
    replay = Replay(folder)
    replay.seek(30.0)
    assert {lane.phase for lane in replay.state().lanes.values()} == {"training"}
    replay.seek(math.inf)
    assert replay.state() == history.state()
    assert (replay.state().phase, replay.state().lanes["a"].phase) == ("lost", "failed")
    replay.seek(30.0)
    assert {lane.phase for lane in replay.state().lanes.values()} == {"training"}


def test_a_way_that_is_no_longer_wanted_is_broken_off_and_can_be_gone_on_with(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "long", blocks=14)
    folder.report.write_text("{}")
    assert sum(map(len, records_of(folder).values())) > ASKED_EVERY
    replay = Replay(folder)
    assert replay.seek(math.inf, wanted=lambda: False) is False
    assert 0.0 < replay.position_s < replay.end_s
    assert replay.seek(replay.end_s - 20.0)
    assert anywhere(replay.state()) == _at(folder, replay.end_s - 20.0)


def test_a_record_that_grows_is_played_on(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "grows")
    lives(folder)
    append(folder.events, Note(1.0, "one"))
    replay = Replay(folder)
    assert (replay.end_s, replay.is_live) == (1.0, True)
    replay.seek(math.inf)
    assert replay.is_at_end
    append(folder.events, Note(2.0, "two"))
    append(folder.lane_records("a"), Paused(3.0, 7))
    replay.look()
    assert (replay.end_s, replay.is_at_end) == (3.0, False)
    assert [line.text for line in replay.state().events] == ["one"]
    replay.seek(2.5)
    assert [line.text for line in replay.state().events] == ["one", "two"]
    append(folder.events, Ended(4.0, "completed"))
    folder.report.write_text("{}")
    replay.look()
    replay.seek(math.inf)
    assert (replay.position_s, replay.is_live, replay.state().phase) == (4.0, False, "ended")
    assert replay.state().lanes["a"].phase == "paused"


def test_damaged_lines_are_passed_over_and_told(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "damaged")
    folder.events.write_bytes(lines([Note(1.0, "one")]) + b"\x00{]\n" + lines([Note(2.0, "two")]))
    folder.report.write_text("{}")
    replay = Replay(folder)
    replay.seek(1.5)
    assert replay.state().skipped_lines == 0
    replay.seek(math.inf)
    assert (replay.state().skipped_lines, len(replay.state().events)) == (1, 2)


def test_a_record_of_nothing_is_at_its_end(tmp_path: Path) -> None:
    replay = Replay(made_run(tmp_path / "made"))
    assert (replay.end_s, replay.is_at_end, replay.state().phase) == (0.0, True, "starting")


def test_a_folder_without_a_plan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="not a plan"):
        Replay(RunFolder(tmp_path))


def test_of_a_time_that_goes_back_nothing_is_there_too_soon(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "back")
    told = [Progress(t, step, step, 1, step, 1, 1.0) for step, t in ((1, 1.0), (2, 8.0), (3, 2.0), (4, 9.0))]
    append(folder.lane_records("a"), *told)
    replay = Replay(folder)
    replay.seek(5.0)
    assert replay.state().lanes["a"].step == 1
    replay.seek(8.0)
    assert replay.state().lanes["a"].step == 3
