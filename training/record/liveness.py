"""Whether a run's supervisor lives: asked of its lock, its process and the boot it belongs to."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from training.record.run_folder import RunFolder

STARTING_GRACE_S = 30.0
"""How long a run without a supervisor counts as starting rather than lost."""

Liveness = Literal["starting", "live", "elsewhere", "ended", "lost"]


class SupervisorFacts(msgspec.Struct, frozen=True):
    """What `supervisor.json` says: enough to know the process again and to reach it."""

    host: str
    boot_id: str
    pid: int
    pid_created: float
    socket_path: str | None


def boot_id() -> str:
    """What names this boot of this machine; empty where the system does not tell."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""


def own_facts(socket_path: str | None) -> SupervisorFacts:
    """What the calling supervisor writes of itself."""
    process = psutil.Process()
    return SupervisorFacts(socket.gethostname(), boot_id(), process.pid, process.create_time(), socket_path)


def read_facts(folder: RunFolder) -> SupervisorFacts | None:
    """What the run's supervisor wrote of itself; None where it has not (yet), or it cannot be read."""
    try:
        return msgspec.json.decode(folder.supervisor.read_bytes(), type=SupervisorFacts)
    except (OSError, msgspec.DecodeError):
        return None


def liveness(folder: RunFolder) -> Liveness:
    """Whether the run goes on. "elsewhere" means another host has it, which cannot be asked from here."""
    if folder.report.exists():
        return "ended"
    facts = read_facts(folder)
    if facts is None:
        return "starting" if _young(folder) or _is_locked(folder.supervisor) else "lost"
    if facts.host != socket.gethostname():
        return "elsewhere"
    alive = facts.boot_id == boot_id() and _same_process(facts) and _is_locked(folder.supervisor)
    if alive:
        return "live"
    return "ended" if folder.report.exists() else "lost"


def take_lock(path: Path) -> int:
    """Lock the file for as long as the returned descriptor stays open.

    Raises:
        BlockingIOError: another supervisor has it.
    """
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise
    return fd


def _is_locked(path: Path) -> bool:
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def _same_process(facts: SupervisorFacts) -> bool:
    try:
        process = psutil.Process(facts.pid)
        return abs(process.create_time() - facts.pid_created) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _young(folder: RunFolder) -> bool:
    try:
        return time.time() - folder.plan.stat().st_mtime < STARTING_GRACE_S
    except OSError:
        return False
