"""A lane that joins: its place in the plan, the names of who had it before, and a folder that stays whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import made_run, plan
from training.analysis.contention import Contention
from training.plan import LanePlan, Plan, read_plan, write_plan
from training.record.run_folder import RunFolder
from training.supervisor.joining import make_room, take_place, words_on_pair

NEWCOMER: LanePlan = structs.replace(plan().lanes["b"], preset_name="newcomer")


def names(folder: RunFolder) -> set[str]:
    return {path.name for path in folder.path.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run whose lanes have records, logs and checkpoints."""
    folder = made_run(tmp_path / "run")
    for lane in ("a", "b"):
        (folder.path / f"{lane}.jsonl").write_text(f"records of {lane}")
        (folder.path / f"{lane}.log").write_text(f"log of {lane}")
        (folder.path / lane).mkdir()
        (folder.path / lane / "model.keras").write_text(f"model of {lane}")
    return folder


class TestRoom:
    def test_is_made_by_giving_names_with_a_number(self, folder: RunFolder) -> None:
        assert make_room(folder, "a") == "a-1.jsonl"
        assert names(folder) == {
            "plan.json", "a-1.jsonl", "a-1.log", "a-1", "b.jsonl", "b.log", "b",
        }  # fmt: skip
        assert (folder.path / "a-1.jsonl").read_text() == "records of a"
        assert (folder.path / "a-1" / "model.keras").read_text() == "model of a"

    def test_is_made_again_and_again(self, folder: RunFolder) -> None:
        for number in (1, 2, 3):
            assert make_room(folder, "a") == f"a-{number}.jsonl"
            folder.lane_records("a").write_text("next")
        assert (folder.path / "a-1.jsonl").read_text() == "records of a"

    def test_overwrites_nothing_that_an_ended_lane_left(self, folder: RunFolder) -> None:
        make_room(folder, "a")
        (folder.path / "a-1.jsonl").unlink()  # somebody tidied up
        folder.lane_folder("a").mkdir()
        assert make_room(folder, "a") == "a-2.jsonl"
        assert (folder.path / "a-1" / "model.keras").read_text() == "model of a"

    def test_needs_no_file_to_be_there(self, tmp_path: Path) -> None:
        """A lane that could not start has written nothing."""
        assert make_room(made_run(tmp_path / "empty"), "a") == "a-1.jsonl"


class TestPlace:
    def test_of_a_second_lane_is_in_the_plan(self, tmp_path: Path) -> None:
        both = plan()
        alone: Plan = structs.replace(both, lanes={"a": both.lanes["a"]})
        folder = made_run(tmp_path / "run", alone)
        place = take_place(folder, alone, "b", NEWCOMER)
        assert (place.replaced, place.earlier_records) == (None, None)
        assert read_plan(folder.plan) == place.plan
        assert list(place.plan.lanes) == ["a", "b"]
        assert place.plan.lanes["b"].preset_name == "newcomer"
        assert names(folder) == {"plan.json"}

    def test_of_the_first_lane_comes_first(self, folder: RunFolder) -> None:
        place = take_place(folder, plan(), "a", NEWCOMER)
        assert (place.replaced, place.earlier_records) == (plan().lanes["a"], "a-1.jsonl")
        assert list(place.plan.lanes) == ["a", "b"]
        assert read_plan(folder.plan).lanes["a"].preset_name == "newcomer"

    def test_that_cannot_be_had_leaves_the_plan_as_it_was(self, folder: RunFolder) -> None:
        before = read_plan(folder.plan)
        folder.path.chmod(0o700)
        blocked = RunFolder(folder.path)
        (folder.path / "a-1.log").mkdir()
        (folder.path / "a-1.log" / "x").touch()
        place = take_place(blocked, before, "a", NEWCOMER)  # a name that is taken is passed over
        assert place.earlier_records == "a-2.jsonl"
        write_plan(before, folder.plan)
        (folder.path / f"half-{os.getpid()}-plan.json").mkdir()
        with pytest.raises(OSError, match=r"half-\d+-plan\.json"):
            take_place(folder, before, "b", NEWCOMER)
        assert read_plan(folder.plan) == before
        assert folder.lane_records("b").exists()


def test_a_plan_is_replaced_whole(tmp_path: Path) -> None:
    """Whoever has the old one open reads it to its end; the mode stays."""
    folder = made_run(tmp_path / "run")
    with folder.plan.open("rb") as opened:
        write_plan(plan("other"), folder.plan)
        assert b'"run": "run"' in opened.read()
    assert read_plan(folder.plan).run == "other"
    assert folder.plan.stat().st_mode & 0o777 == 0o600
    assert names(folder) == {"plan.json"}


def test_what_the_pair_before_came_to_is_told() -> None:
    assert words_on_pair(Contention()) == ""
    told = words_on_pair(Contention(verdict="together", because="throughput together is 1.44 times that"))
    assert told.endswith("together, throughput together is 1.44 times that")
