"""`--notify`: the run itself tells of each lane's end, whether somebody looks or not."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.process.equipment import Run, Stage, wait_for
from training.plan import read_plan
from training.record.event_records import CleanedUp, Ended, Note

TELL = """import os, sys
told = [os.environ[f"DUALTRAIN_{name}"] for name in ("LANE", "OUTCOME", "RUN", "PRESET")]
with open("told", "a") as file:
    file.write(" ".join([*told, *sys.argv[1:]]) + "\\n")
print("said to the log")
sys.exit(int(os.environ.get("TELL_EXITS", "0")))
"""


@pytest.fixture
def command(stage: Stage) -> str:
    """A command line whose program tells a file in the working directory, and fails where it is to."""
    script = stage.home / "tell.py"
    script.write_text(TELL)
    return shlex.join([sys.executable, str(script), "a word"])


def told(stage: Stage) -> list[str]:
    """What it was told so far, in whatever order."""
    try:
        return sorted((stage.home / "told").read_text().splitlines())
    except FileNotFoundError:
        return []


def test_both_ends_are_told_and_its_output_is_kept_in_the_supervisors_log(stage: Stage, command: str) -> None:
    viewer = stage.headless("seed-binary", "seed-regression", "--steps", "40", "--notify", command)
    assert viewer.wait() == 0, viewer.err
    name = viewer.run.folder.name
    assert told(stage) == [
        f"a completed {name} seed-binary a word",
        f"b completed {name} seed-regression a word",
    ]
    assert viewer.run.folder.supervisor_log.read_text().count("said to the log") == 2
    assert "--notify" not in viewer.err
    assert [one.left_pids for one in viewer.run.events() if isinstance(one, CleanedUp)] == [()]
    stage.wait_until_clean()


def test_a_failing_one_is_a_line_and_changes_nothing_of_the_run(stage: Stage, command: str) -> None:
    stage.environment["TELL_EXITS"] = "9"
    viewer = stage.headless("seed-binary", "--steps", "40", "--notify", command)
    assert viewer.wait() == 0, viewer.err
    (note,) = [
        one.message for one in viewer.run.events() if isinstance(one, Note) and "--notify" in one.message
    ]
    assert note.endswith("failed with exit code 9")
    assert viewer.err.count(note) == 1
    assert len(told(stage)) == 1
    stage.wait_until_clean()


def test_nobody_needs_to_look_and_what_ends_the_run_early_is_said_at_once(
    stage: Stage, command: str, tmp_path: Path
) -> None:
    stage.environment["SLURM_JOB_ID"] = "123"
    arguments = ("seed-binary", "seed-regression", "--steps", "40", "--device", "cpu")
    where = ("--run-dir", str(tmp_path / "run"))
    launched = stage.command("run", *arguments, *where, "--detach", "--notify", command)
    assert launched.returncode == 0, launched.stderr
    assert launched.stdout == "run\n"
    assert "a detached run: it ends with Slurm job 123: " in launched.stderr
    run = Run(tmp_path / "run")
    run.event(Ended)
    wait_for("both to be told", lambda: len(told(stage)) == 2, saw=lambda: told(stage))
    planned = read_plan(run.folder.plan).notify
    assert planned is not None
    assert (planned.arguments[-1], planned.folder) == ("a word", str(stage.home))
    stage.wait_until_clean()
