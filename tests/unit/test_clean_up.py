"""The proof at the end of a run names what is left of this run, and of no other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.made_runs import plan
from training.record.run_folder import RunFolder
from training.supervisor.clean_up import processes_of_run
from training.supervisor.launch_environment import worker_environment


@pytest.fixture
def left(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """A process of each of two runs of one name."""
    processes = {}
    for where in ("here", "there"):
        made = plan("run")
        folder = RunFolder(tmp_path / where / "run")
        environment = worker_environment(os.environ, made.device, made.lanes["a"].preset, folder)
        command = [sys.executable, "-c", "print(flush=True); input()"]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        processes[where] = process
    yield processes
    for process in processes.values():
        process.communicate(b"\n", timeout=60)


def test_runs_of_one_name_are_told_apart(tmp_path: Path, left: dict[str, subprocess.Popen[bytes]]) -> None:
    for where, process in left.items():
        assert processes_of_run(RunFolder(tmp_path / where / "run")) == (process.pid,)
    assert processes_of_run(RunFolder(tmp_path / "nowhere" / "run")) == ()
