"""Making a run's folder, and finding it again by what a person types."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.made_runs import made_run
from training.record.run_folder import (
    RunFolder,
    RunFolderError,
    RunNotFoundError,
    find_run_folder,
    list_run_folders,
    make_run_folder,
)
from training.record.run_home import runs_home, runtime_home


def _made(name: str) -> Path:
    return made_run(runs_home() / name).path


def test_a_new_folder_is_private_and_under_the_home() -> None:
    folder = make_run_folder()
    assert folder.path.parent == runs_home()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    assert make_run_folder().path != folder.path


def test_a_chosen_folder_is_linked_where_runs_are_listed(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path / "deep" / "mine")
    made_run(tmp_path / "other")
    assert folder.path == tmp_path / "deep" / "mine"
    folder.plan.write_text("{}")
    assert [found.path for found in list_run_folders()] == [folder.path]
    link = next(runs_home().iterdir())
    assert find_run_folder(link.name).path == folder.path


def test_a_chosen_folder_may_be_there_and_empty(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o755)
    folder = make_run_folder(tmp_path / "mine")
    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("")
    with pytest.raises(RunFolderError, match="is not empty"):
        make_run_folder(tmp_path / "mine")
    with pytest.raises(RunFolderError, match="cannot be made"):
        make_run_folder(tmp_path / "mine" / "file" / "below")


def test_newest_comes_first_and_is_meant_by_nothing() -> None:
    with pytest.raises(RunNotFoundError, match="there are no runs yet"):
        find_run_folder(None)
    older, newer = _made("20260101-000000-aaaa"), _made("20260102-000000-bbbb")
    (runs_home() / "20260103-000000-cccc").mkdir()  # without a plan it is no run
    assert [folder.path for folder in list_run_folders()] == [newer, older]
    assert find_run_folder(None).path == newer


def test_name_beginning_and_path_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = _made("20260101-000000-aaaa"), _made("20260102-000000-bbbb")
    assert find_run_folder("20260101-000000-aaaa").path == older
    assert find_run_folder("20260102").path == newer
    assert find_run_folder(str(older)).path == older
    monkeypatch.chdir(older.parent)
    assert find_run_folder("./20260101-000000-aaaa").path == older
    with pytest.raises(RunNotFoundError, match="means 2 runs: 20260102"):
        find_run_folder("2026010")
    for reference in ("2027", "", "../../etc", "/nowhere"):
        with pytest.raises(RunNotFoundError):
            find_run_folder(reference)


def test_sockets_lie_in_a_short_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert runtime_home() == tmp_path / "dualtrain"
    assert runtime_home().stat().st_mode & 0o777 == 0o700
    runtime_home().chmod(0o755)
    with pytest.raises(PermissionError, match="only you can enter"):
        runtime_home()
    runtime_home_path = tmp_path / "dualtrain"
    os.rmdir(runtime_home_path)
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    runtime_home_path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError):
        runtime_home()


def test_a_name_that_is_no_text_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff\xfe")
    with pytest.raises(RunFolderError, match="UTF-8"):
        make_run_folder(folder)
    assert not folder.exists()


def test_only_a_folder_that_is_not_there_is_gone(tmp_path: Path) -> None:
    assert not RunFolder(tmp_path).is_gone
    assert RunFolder(tmp_path / "never").is_gone
    assert not RunFolder(tmp_path / ("x" * 300)).is_gone  # ENAMETOOLONG: no answer about the folder
