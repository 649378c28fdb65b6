"""The supervisor's part of `--tensorboard`: a process that is told the end by its input, and never waited for."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.simulated_run import KeptEvents
from tests.unit.waiting import wait_for
from training.record.event_records import Note
from training.record.run_folder import RunFolder
from training.supervisor.clean_up import processes_of_run
from training.supervisor.event_files import EventFiles

WAITS = (
    "import os, sys; open(sys.argv[1] + '/nice', 'w').write(str(os.getpriority(os.PRIO_PROCESS, 0)));"
    "open(sys.argv[1] + '/began', 'w').close(); assert sys.stdin.read() == '';"
    "open(sys.argv[1] + '/ended', 'w').close()"
)


def _event_files(folder: RunFolder, events: KeptEvents, *program: str) -> EventFiles:
    return EventFiles(folder, events, lambda: 7.0, program or (sys.executable, "-c", WAITS))


async def _until(holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_for, holds, timeout_s=60)


def _notes(events: KeptEvents) -> list[str]:
    return [one.message for one in events.kept if isinstance(one, Note)]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run's folder, nothing in it."""
    return RunFolder(tmp_path)


async def test_it_lives_until_the_supervisor_says_that_the_run_is_over(folder: RunFolder) -> None:
    events = KeptEvents()
    event_files = _event_files(folder, events)
    event_files.start()
    await _until((folder.path / "began").exists)
    process = event_files._process
    assert process is not None
    assert process.poll() is None
    assert processes_of_run(folder) == ()  # it is nothing that the run left behind
    event_files.end()
    event_files.end()
    await _until(lambda: process.returncode is not None)
    assert process.returncode == 0
    assert (folder.path / "ended").exists()
    assert _notes(events) == []


async def test_it_stands_behind_the_trainings(folder: RunFolder) -> None:
    event_files = _event_files(folder, KeptEvents())
    event_files.start()
    process = event_files._process
    assert process is not None
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == 19
    event_files.end()
    await _until(lambda: process.returncode is not None)


async def test_why_it_failed_is_a_note_and_ends_nothing(folder: RunFolder) -> None:
    events = KeptEvents()
    program = "import sys; print('logs/a-x: No space\\x1b left'); sys.exit(1)"
    _event_files(folder, events, sys.executable, "-c", program).start()
    await _until(lambda: bool(_notes(events)))
    (told,) = _notes(events)
    assert told.startswith("--tensorboard: logs/a-x: No space\\x1b left; no event files are written any more")
    assert "`export --tensorboard` writes them later" in told


async def test_where_it_says_nothing_its_exit_code_is_told(folder: RunFolder) -> None:
    events = KeptEvents()
    event_files = _event_files(folder, events, sys.executable, "-c", "raise SystemExit(3)")
    event_files.start()
    await _until(lambda: bool(_notes(events)))
    assert "ended with exit code 3, see supervisor.log" in _notes(events)[0]
    event_files.end()


async def test_one_that_cannot_be_started_is_a_note(folder: RunFolder) -> None:
    events = KeptEvents()
    event_files = _event_files(folder, events, "/nowhere/python")
    event_files.start()
    assert "cannot be started: No such file or directory" in _notes(events)[0]
    event_files.end()


async def test_its_end_after_the_loop_is_nobodys_business(folder: RunFolder) -> None:
    event_files = _event_files(folder, KeptEvents())
    event_files.end()  # where none was started
    assert event_files._process is None
