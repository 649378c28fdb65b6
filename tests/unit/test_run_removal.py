"""Deleting a run: its folder and its links go, and nothing that lives or is somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.ended_runs import begun_run, ended_run, live_run, lost_run, owned
from training.record.measurement_store import store_path
from training.record.run_folder import RunFolder, list_run_folders
from training.record.run_home import runs_home, state_home
from training.record.run_removal import RunKeptError, lies_elsewhere, links_to, remove_run, why_kept

NAME = "20261122-201500-aaaa"


def _refused(folder: RunFolder, words: str) -> None:
    before = sorted(folder.path.rglob("*"))
    assert words in why_kept(folder)
    with pytest.raises(RunKeptError, match=words) as refused:
        remove_run(folder)
    assert folder.name in str(refused.value)
    assert "\n" not in str(refused.value)
    assert sorted(folder.path.rglob("*")) == before


def test_what_has_ended_goes_with_its_models_and_nothing_else_does() -> None:
    other, folder = ended_run("20261122-201500-bbbb"), ended_run(NAME)
    store_path().write_text("kept\n")
    assert why_kept(folder) == ""
    remove_run(folder)
    assert folder.is_gone
    assert [path.name for path in runs_home().iterdir()] == [other.name]
    assert store_path().read_text() == "kept\n"
    with pytest.raises(RunKeptError):
        remove_run(folder)


def test_a_live_run_is_never_deleted() -> None:
    with live_run(NAME) as folder:
        _refused(folder, "is live: stop it first")


def test_a_run_that_starts_is_not_deleted() -> None:
    _refused(begun_run(NAME), "is starting")


def test_a_run_of_another_machine_is_not_deleted_while_nobody_can_tell_how_it_goes_on() -> None:
    folder = begun_run(NAME)
    with owned(folder, host="elsewhere.example"):
        _refused(folder, "is on elsewhere.example")


def test_a_run_that_ended_on_another_machine_can_be_deleted() -> None:
    folder = ended_run(NAME, host="elsewhere.example")
    remove_run(folder)
    assert folder.is_gone


@pytest.mark.parametrize("make", [ended_run, lost_run])
def test_whatever_somebody_holds_is_not_deleted(make: object) -> None:
    assert callable(make)
    folder = make(NAME)
    with owned(folder, pid=2**22 + 5):  # by its facts nobody's
        _refused(folder, "is held by a process that has not ended yet")
    remove_run(folder)
    assert folder.is_gone


def test_a_lost_run_whose_lanes_may_still_write_waits() -> None:
    folder = lost_run(NAME)
    folder.lane_records("b").write_text("{}\n")
    _refused(folder, "may still be writing a checkpoint")
    os.utime(folder.lane_records("b"), (1, 1))
    remove_run(folder)
    assert folder.is_gone


def test_a_folder_elsewhere_goes_with_every_link_to_it(tmp_path: Path) -> None:
    folder = ended_run(NAME, path=tmp_path / "mine")
    other = ended_run("20261122-201500-bbbb", path=tmp_path / "other")
    (runs_home() / "again").symlink_to(folder.path)
    assert lies_elsewhere(folder)
    assert {link.name for link in links_to(folder)} == {NAME, "again"}
    remove_run(folder)
    assert folder.is_gone
    assert [one.path for one in list_run_folders()] == [other.path]
    assert [path.name for path in runs_home().iterdir()] == ["20261122-201500-bbbb"]
    assert not lies_elsewhere(ended_run(NAME))


def test_links_in_the_folder_are_not_followed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "precious").write_text("x")
    folder = ended_run(NAME)
    (folder.path / "data").symlink_to(data)
    (folder.lane_folder("a") / "precious").symlink_to(data / "precious")
    remove_run(folder)
    assert folder.is_gone
    assert (data / "precious").read_text() == "x"


def test_a_folder_that_holds_more_than_the_run_is_left_to_the_person(tmp_path: Path) -> None:
    outer = ended_run(NAME, path=tmp_path / "outer")
    ended_run("20261122-201500-bbbb", path=outer.path / "inner")
    _refused(outer, "inner as well")


def test_a_link_that_leads_above_the_state_directory_deletes_nothing() -> None:
    around = ended_run("20261122-201500-bbbb")
    for name in ("plan.json", "report.json"):
        (state_home() / name).write_bytes((around.path / name).read_bytes())
    (runs_home() / NAME).symlink_to(state_home())
    with pytest.raises(RunKeptError, match="as well"):
        remove_run(RunFolder(state_home().resolve()))
    assert runs_home().is_dir()


def test_a_folder_without_a_plan_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{}")
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(RunKeptError, match="no plan"):
        remove_run(RunFolder(tmp_path))
    assert (tmp_path / "thesis.tex").exists()
