"""The proof at the end of a run: nothing of it is left."""

from __future__ import annotations

import os
from pathlib import Path

from training.supervisor.launch_environment import RUN_VARIABLE


def processes_of_run(run: str) -> tuple[int, ...]:
    """PIDs of this user's processes that carry the run's mark in their environment, wherever they went."""
    mark = f"{RUN_VARIABLE}={run}".encode()
    return tuple(sorted(pid for pid in _own_pids() if mark in _environment(pid)))


def _own_pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and int(entry.name) != os.getpid()]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
