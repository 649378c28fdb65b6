"""What names a script or a program on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.made_runs import plan
from training.launch import LaunchRequest, plan_lanes
from training.planned_lanes import planned_lane, preset_reference
from training.preset import PresetError
from training.preset.script import ScriptSpec
from training.preset.script_reference import reference_of, script_of_reference
from training.preset_library import resolve
from training.retry import changed_presets


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a script."""
    (tmp_path / "train.py").write_text("print(1)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def command(reference: str) -> Sequence[str] | None:
    script = script_of_reference(reference)
    return None if script is None else script.command


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("train.py", ("train.py",)),
        ("./train.py", ("./train.py",)),
        ("./train.py --lr 0.1", ("./train.py", "--lr", "0.1")),
        ("train.py 'two words' \"\"", ("train.py", "two words", "")),
        ("exec:sleep 3", ("sleep", "3")),
    ],
)
def test_words_are_split_as_a_shell_would(here: Path, reference: str, words: tuple[str, ...]) -> None:
    script = script_of_reference(reference)
    assert script is not None
    assert (script.command, script.folder) == (words, here)


@pytest.mark.parametrize(
    "reference", ["lstm", "user:lstm", "./some.toml", "presets/x.toml", "", "a b", "it's"]
)
def test_presets_are_none(here: Path, reference: str) -> None:
    assert script_of_reference(reference) is None


def test_without_the_ending_its_first_line_says_so(here: Path) -> None:
    (here / "train").write_text("#!/usr/bin/env python3\nprint(1)\n")
    (here / "notes").write_text('title = "a preset after all"\n')
    assert command("./train -x") == ("./train", "-x")
    assert command("./notes") is None
    (here / "a.out").write_bytes(b"\x7fELF\x02")
    (here / "job").write_text("#!/bin/sh\n")
    for name in ("./a.out", "./job"):
        with pytest.raises(
            PresetError, match=f'"{name}" is no Python script; any program is run as "exec:{name}"'
        ):
            script_of_reference(f"{name} 3")


def test_a_file_with_strange_signs_in_its_name(here: Path) -> None:
    (here / "it's mine.py").write_text("print(1)")
    assert command("./it's mine.py") == ("./it's mine.py",)


def test_a_home_directory(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(here))
    assert command("~/train.py") == (f"{here}/train.py",)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("nowhere.py --x", 'script "nowhere.py": there is no such file'),
        ("train.py 'x", "cannot be split into words"),
        ("exec:", "name a program"),
        ("exec:'x", "cannot be split into words"),
    ],
)
def test_what_can_only_be_meant_as_one_is_refused(here: Path, reference: str, told: str) -> None:
    with pytest.raises(PresetError, match=told):
        script_of_reference(reference)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8), max_size=4
    )
)
def test_a_reference_names_the_same_again(arguments: list[str]) -> None:
    program = ScriptSpec(exec=("sleep", *arguments), cwd="/")
    assert command(reference_of(program)) == program.command


class TestEntry:
    def test_is_called_as_its_file(self, here: Path) -> None:
        entry = resolve("./train.py --lr 0.1")
        assert (entry.name, entry.origin, entry.reference) == ("train.py", "script", "./train.py --lr 0.1")
        assert entry.preset is not None
        assert entry.preset.title == "./train.py --lr 0.1"

    def test_what_a_plan_says_of_it_is_whole(self, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        planned = planned_lane("./train.py 3")
        assert preset_reference(planned) == f"{here}/train.py 3"
        monkeypatch.chdir("/")
        assert planned.preset.script is not None
        assert planned.preset.script.file == here / "./train.py"

    def test_a_long_command_has_a_title_all_the_same(self, here: Path) -> None:
        preset = resolve("exec:sleep " + "1" * 500).preset
        assert preset is not None
        assert len(preset.title) == 80

    def test_a_seed_is_its_own_matter(self, here: Path) -> None:
        with pytest.raises(PresetError, match="lane b: --seed: a script seeds itself"):
            plan_lanes(LaunchRequest({"a": "lstm", "b": "train.py"}, seed=3))

    def test_a_change_of_its_file_is_told(self, here: Path) -> None:
        lanes = plan_lanes(LaunchRequest({"a": "./train.py", "b": "exec:sleep 1"}))
        made = structs.replace(plan(), lanes=lanes)
        assert changed_presets(made) == {}
        digest = lanes["a"].digest
        (here / "train.py").write_text("print(2)\n")
        assert changed_presets(made) == {
            "a": "lane A: script train.py has changed since; it runs as it is now"
        }
        assert lanes["a"].digest == digest
        (here / "train.py").unlink()
        assert changed_presets(made) == {"a": "lane A: script train.py is gone"}
