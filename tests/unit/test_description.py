"""Descriptions: kept by what the preset trains, asked of a process that can be ended, told in one line."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from pathlib import Path

import msgspec
import pytest

from tests.app.pick_world import description, preset
from tests.unit.own_presets import own_preset
from training.description import (
    DescriptionError,
    Patience,
    describe_preset,
    keep_description,
    kept_description,
)
from training.preset import load_preset, preset_digest
from training.record.run_home import state_home

ONE = preset()
PATH = Path("/presets/one.toml")


_PYTHON = sys.executable


def use_worker(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Let a small program stand for the describing process."""
    script = folder / "worker"
    script.write_text(f"#!{_PYTHON}\n{program}\n")
    script.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(script))


@pytest.fixture
def keras_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3")


@pytest.mark.usefixtures("keras_3")
def test_an_answer_is_kept_and_not_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = msgspec.json.encode(description(ONE)).decode()
    use_worker(monkeypatch, tmp_path, f"print('a library says hello')\nprint({told!r})")
    assert kept_description(ONE) is None
    assert describe_preset(PATH, ONE, lambda: False) == description(ONE)
    use_worker(monkeypatch, tmp_path, "raise SystemExit(1)")
    assert describe_preset(PATH, ONE, lambda: False) == description(ONE)
    # only texts differ: the same training
    assert kept_description(preset("Another title")) == description(ONE)
    assert kept_description(preset(seed=7)) is None


def test_what_another_keras_said_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = state_home() / "descriptions"
    folder.mkdir(parents=True)
    (folder / f"{preset_digest(ONE)}.json").write_bytes(msgspec.json.encode(description(ONE)))
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3")
    assert kept_description(ONE) is not None
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "4")
    assert kept_description(ONE) is None


def test_a_damaged_file_counts_as_none() -> None:
    folder = state_home() / "descriptions"
    folder.mkdir(parents=True)
    (folder / f"{preset_digest(ONE)}.json").write_text("{")
    assert kept_description(ONE) is None


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ('print(\'{"error": "too\\\\u001b small"}\')', r"too\x1b small"),
        ("raise SystemExit(3)", "the describing process ended with exit code 3"),
        ("print('hello')", "ended with exit code 0"),
        ("print('{}')", "nothing was told"),
    ],
)
def test_what_went_wrong_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, why: str
) -> None:
    use_worker(monkeypatch, tmp_path, program)
    with pytest.raises(DescriptionError) as caught:
        describe_preset(PATH, ONE, lambda: False)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_answer_about_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = msgspec.json.encode(description(preset(seed=9))).decode()
    use_worker(monkeypatch, tmp_path, f"print({told!r})")
    with pytest.raises(DescriptionError, match="has changed"):
        describe_preset(PATH, ONE, lambda: False)


def test_a_python_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DescriptionError, match="cannot be started"):
        describe_preset(PATH, ONE, lambda: False)


def test_cancelling_ends_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid_file = tmp_path / "pid"
    use_worker(
        monkeypatch,
        tmp_path,
        f"import os, threading\nopen({str(pid_file)!r} + '~', 'w').write(str(os.getpid()))\n"
        f"os.replace({str(pid_file)!r} + '~', {str(pid_file)!r})\nthreading.Event().wait()",
    )
    with pytest.raises(DescriptionError, match="cancelled"):
        describe_preset(PATH, ONE, pid_file.exists)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_a_process_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_worker(monkeypatch, tmp_path, "import threading\nthreading.Event().wait()")
    with pytest.raises(DescriptionError, match="no description within"):
        describe_preset(PATH, ONE, lambda: False, patience=Patience(niceness=0, timeout_s=0.2))


@pytest.mark.usefixtures("keras_3")
def test_what_is_set_beside_the_file_is_described_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited = preset(batch_size=64)
    told = msgspec.json.encode(description(edited)).decode()
    asked = ["--describe", str(PATH), "--set", "fit.batch_size=64"]
    program = f"import sys\nassert sys.argv[4:] == {asked!r}, sys.argv\nprint({told!r})"
    use_worker(monkeypatch, tmp_path, program)
    assert describe_preset(PATH, edited, lambda: False, ["fit.batch_size=64"]) == description(edited)


def test_code_of_a_persons_own_is_not_run_to_be_described(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own_preset(tmp_path)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DescriptionError, match=r"^not computed: names code of its own$"):
        describe_preset(path, load_preset(path), lambda: False)


@pytest.mark.usefixtures("keras_3")
def test_what_a_training_told_of_it_is_kept(tmp_path: Path) -> None:
    path = own_preset(tmp_path)
    own = load_preset(path)
    keep_description(description(own, 99))
    assert describe_preset(path, own, lambda: False) == description(own, 99)
    (tmp_path / "my_models.py").write_text("# changed\n")
    assert kept_description(load_preset(path)) is None
