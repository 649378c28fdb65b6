"""Where event files lie: names that are files' names, and folders that can take them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.event_folders import (
    EventFolderError,
    event_file_name,
    event_files_below,
    lane_folder_name,
    make_event_folder,
)
from training.plan import LANES


@pytest.mark.parametrize(
    ("lane", "number", "preset", "name"),
    [
        ("a", 0, "lstm", "a-lstm"),
        ("b", 1, "lstm", "b2-lstm"),
        ("a", 0, "a/b", "a-a_b"),
        ("a", 0, "..", "a-.."),
        ("a", 0, "größe 2.5", "a-größe_2.5"),
        ("b", 9, "x" * 300, "b10-" + "x" * 60),
    ],
)
def test_a_training_has_a_folder_of_its_own(lane: str, number: int, preset: str, name: str) -> None:
    assert lane_folder_name(lane, number, preset) == name  # type: ignore[arg-type]


TRAININGS = st.tuples(st.sampled_from(LANES), st.integers(0, 30), st.text(min_size=1, max_size=80))


@given(TRAININGS, TRAININGS)
def test_no_two_trainings_of_a_run_share_one(one: tuple[str, int, str], other: tuple[str, int, str]) -> None:
    name = lane_folder_name(*one)  # type: ignore[arg-type]
    assert "/" not in name
    assert name.isprintable()
    assert len(name.encode()) < 255
    if one[:2] != other[:2]:
        assert name != lane_folder_name(*other)  # type: ignore[arg-type]


def test_files_are_named_after_their_run_so_that_tensorboard_finds_them() -> None:
    assert event_file_name("20260102-030405-ab12", 1767323045.9) == (
        "events.out.tfevents.1767323045.20260102-030405-ab12"
    )
    assert "/" not in event_file_name("a/b", -1.0)


def _touched(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_only_what_lies_where_a_runs_files_would_counts(tmp_path: Path) -> None:
    ours = [
        _touched(tmp_path / name / "events.out.tfevents.1.x")
        for name in ("a-x", "b2-y", "contention", "device")
    ]
    _touched(tmp_path / "train" / "events.out.tfevents.1.x")
    _touched(tmp_path / "a-x" / "notes.txt")
    _touched(tmp_path / "first" / "a-x" / "events.out.tfevents.1.x")
    assert event_files_below(tmp_path) == ours
    assert event_files_below(tmp_path / "nowhere") == []


def test_a_folder_is_made_and_left_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = make_event_folder(Path("deep/logs"))
    assert made == tmp_path / "deep" / "logs"
    assert list(made.iterdir()) == []
    _touched(made / "train" / "events.out.tfevents.1.x")  # somebody's own training
    assert make_event_folder(made) == made


def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    _touched(tmp_path / "file")
    for folder, words in (
        (tmp_path / "file" / "logs", "Not a directory"),
        (tmp_path / "file", "File exists"),
        (Path("/proc/nowhere/logs"), "/proc/nowhere/logs cannot be written"),
        (Path("~nobody-at-all/logs"), "home directory"),
        (tmp_path / "\udcff", "needs a name in UTF-8"),
    ):
        with pytest.raises(EventFolderError, match=words):
            make_event_folder(folder)


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    _touched(tmp_path / "device" / "events.out.tfevents.1.x")
    with pytest.raises(EventFolderError, match="holds event files of a run already"):
        make_event_folder(tmp_path)
