"""A script is tried as the lane it would be: its first steps, and nothing of what stands behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.lone_script import KERAS_3, clean_environment
from training.preset import Preset
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from training.preset_trial import TrialError
from training.script_trial import ScriptTrial, try_script

FIT = """
import sys, keras
keras.Model().fit(range(3), epochs={epochs}, steps_per_epoch=2)
open("saved", "w").write("trained")
"""


def written(folder: Path, source: str, *arguments: str) -> Preset:
    (folder / "train.py").write_text(source, encoding="utf-8")
    return script_preset(ScriptSpec(path="train.py", args=arguments, cwd=str(folder)), "mine")


def tried(preset: Preset, no_step_s: float = 60.0) -> ScriptTrial:
    return try_script(preset, clean_environment(KERAS_3), no_step_s=no_step_s)


def refused(preset: Preset) -> str:
    with pytest.raises(TrialError) as caught:
        tried(preset)
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_it_is_ended_behind_its_warm_up_and_what_stands_behind_its_fit_is_not_run(tmp_path: Path) -> None:
    trial = tried(written(tmp_path, FIT.format(epochs=1_000_000)))
    assert (trial.steps, trial.has_ended, trial.parameters) == (3, False, 42)
    assert not (tmp_path / "saved").exists()


def test_one_that_takes_fewer_steps_comes_to_its_end(tmp_path: Path) -> None:
    trial = tried(written(tmp_path, FIT.format(epochs=1)))
    assert (trial.steps, trial.has_ended) == (2, True)
    assert (tmp_path / "saved").read_text() == "trained"


def test_arguments_folder_and_environment_are_its_own(tmp_path: Path) -> None:
    source = "import os, sys\nassert (sys.argv[1:], os.getcwd()) == (['a b'], sys.path[0]), sys.argv\n"
    assert tried(written(tmp_path, source, "a b")).has_ended


def test_one_that_shows_no_step_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    trial = tried(written(tmp_path, "import threading\nthreading.Event().wait()"), no_step_s=0.5)
    assert (trial.steps, trial.has_ended) == (0, False)
    assert trial.seconds >= 0.5


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import beside\n", "beside.py:2: The script failed: IndexError: list index out of range"),
        ("\nimport json\njson.loads('{')\n", "train.py:3: The script failed: JSONDecodeError: Expecting"),
        ("x = (\n", "train.py:1: The script failed: SyntaxError: "),
        (
            FIT.replace("keras.Model", "keras.NoModel"),
            "train.py:3: The script failed: AttributeError: ",
        ),
        ("import sys\nprint('usage: train.py LR')\nsys.exit(2)\n", "exit code 2: usage: train.py LR"),
        ("import os\nos.kill(os.getpid(), 9)\n", "The script was killed by signal 9"),
    ],
)
def test_what_it_fails_of_is_one_line_with_its_place(tmp_path: Path, source: str, told: str) -> None:
    (tmp_path / "beside.py").write_text("numbers = []\nnumbers[3]\n")
    assert told in refused(written(tmp_path, source))


def test_an_interpreter_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("print(1)\n")
    script = ScriptSpec(path="train.py", cwd=str(tmp_path), python="/nowhere/python")
    assert "cannot be started" in refused(script_preset(script, "mine"))
