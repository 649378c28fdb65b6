"""Two lanes whose files have one name are told apart by as much of their paths as it takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import plan
from training.lane_names import told_apart
from training.launch import LaunchRequest, plan_lanes


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Scripts and a program, of one name each, in several folders."""
    for folder in ("a", "b", "b/deep", "c/deep"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "train.py").write_text("")
        (tmp_path / folder / "mine.toml").write_text("title = 'x'\n[script]\npath = 'train.py'\n")
        program = tmp_path / folder / "simulate"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("a", "b", "names"),
    [
        ("a/train.py", "./b/train.py --lr 1", ["a/train.py", "b/train.py"]),
        ("./b/deep/train.py", "c/deep/train.py", ["b/deep/train.py", "c/deep/train.py"]),
        ("b/train.py", "b/../b/deep/train.py", ["b/train.py", "deep/train.py"]),
        ("a/train.py", "./a/train.py 3", ["train.py", "train.py"]),
        ("exec:a/simulate 1", "exec:./b/simulate", ["a/simulate", "b/simulate"]),
        ("a/mine.toml", "b/mine.toml", ["a/mine", "b/mine"]),
        ("a/train.py", "b/mine.toml", ["train.py", "mine"]),
        ("seed-binary", "seed-binary", ["seed-binary", "seed-binary"]),
    ],
)
def test_by_their_folders(scripts: Path, a: str, b: str, names: list[str]) -> None:
    lanes = plan_lanes(LaunchRequest({"a": a, "b": b}))
    assert [lane.preset_name for lane in lanes.values()] == names


def test_one_alone_keeps_its_name(scripts: Path) -> None:
    assert plan_lanes(LaunchRequest({"a": "a/train.py"}))["a"].preset_name == "train.py"


def test_again_it_is_what_it_is(scripts: Path) -> None:
    lanes = plan_lanes(LaunchRequest({"a": "a/train.py", "b": "b/train.py"}))
    assert told_apart(lanes) == lanes


def test_presets_that_have_one_name_and_no_path(scripts: Path) -> None:
    lanes = plan().lanes
    same = {lane: structs.replace(planned, preset_name="x") for lane, planned in lanes.items()}
    assert told_apart(same) == same
