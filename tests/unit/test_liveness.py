"""Whether a run goes on: its lock, its process and its boot decide."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.unit.made_runs import made_run
from training.record.liveness import (
    STARTING_GRACE_S,
    SupervisorFacts,
    liveness,
    own_facts,
    read_facts,
    take_lock,
)
from training.record.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """A run that was just launched."""
    return made_run(tmp_path / "made")


def _age(folder: RunFolder) -> None:
    long_ago = time.time() - 2 * STARTING_GRACE_S
    os.utime(folder.plan, (long_ago, long_ago))


@contextmanager
def _owned(folder: RunFolder, facts: SupervisorFacts | None) -> Iterator[None]:
    fd = take_lock(folder.supervisor)
    if facts is not None:
        os.pwrite(fd, msgspec.json.encode(facts), 0)
    yield
    os.close(fd)


def test_starts_without_facts_while_young(folder: RunFolder) -> None:
    assert liveness(folder) == "starting"
    _age(folder)
    assert liveness(folder) == "lost"


def test_starts_for_as_long_as_somebody_holds_the_lock(folder: RunFolder) -> None:
    _age(folder)
    with _owned(folder, None):
        assert liveness(folder) == "starting"


def test_lives_with_process_boot_and_lock(folder: RunFolder) -> None:
    with _owned(folder, own_facts("/run/x.sock")):
        assert liveness(folder) == "live"
        assert read_facts(folder) == own_facts("/run/x.sock")
    assert liveness(folder) == "lost"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"host": "elsewhere.example"}, "elsewhere"),
        ({"boot_id": "another"}, "lost"),
        ({"pid_created": 5.0}, "lost"),
        ({"pid": 2**22 + 5}, "lost"),
    ],
)
def test_each_fact_counts(folder: RunFolder, change: dict[str, object], found: str) -> None:
    with _owned(folder, msgspec.structs.replace(own_facts(None), **change)):
        assert liveness(folder) == found


def test_a_zombie_is_dead(folder: RunFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    created = msgspec.structs.replace(own_facts(None), pid=process.pid)
    import psutil

    created = msgspec.structs.replace(created, pid_created=psutil.Process(process.pid).create_time())
    with _owned(folder, created):
        assert liveness(folder) == "lost"
    process.wait()


def test_a_report_ends_it(folder: RunFolder) -> None:
    folder.report.write_text("{}")
    with _owned(folder, own_facts(None)):
        assert liveness(folder) == "ended"


@pytest.mark.parametrize("content", [b"", b"{", b'{"host":1}', b"\xff"])
def test_damaged_facts_are_none(folder: RunFolder, content: bytes) -> None:
    folder.supervisor.write_bytes(content)
    assert read_facts(folder) is None
    _age(folder)
    assert liveness(folder) == "lost"


def test_second_supervisor_is_refused(folder: RunFolder) -> None:
    with _owned(folder, None), pytest.raises(BlockingIOError):
        take_lock(folder.supervisor)
    with _owned(folder, None):
        pass
