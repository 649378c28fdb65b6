"""How the process that owns a folder begins: alone, whatever becomes of its terminal, and known to whoever looks."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from training.plan import PlanError
from training.record.liveness import own_facts, take_lock
from training.record.run_folder import RunFolder
from training.record.users_umask import write_privately

PlanT = TypeVar("PlanT")

_USAGE = 2
_REFUSED = 1


class OwnershipError(Exception):
    """The folder cannot be owned; the message is one sentence, `exit_code` what the process ends with."""

    def __init__(self, message: str, exit_code: int = _REFUSED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Owned(Generic[PlanT]):
    """A folder that is this process's for as long as it lives."""

    folder: RunFolder
    """A run's or a bench's: their plan, owner and events bear the same names."""
    plan: PlanT
    _lock_fd: int

    def tell_owner(self, socket_path: str | None) -> None:
        """Write down who owns the folder, and where it listens where it does."""
        os.ftruncate(self._lock_fd, 0)
        os.pwrite(self._lock_fd, msgspec.json.encode(own_facts(socket_path)), 0)


def own_folder(module: str, arguments: Sequence[str], read_plan: Callable[[Path], PlanT]) -> Owned[PlanT]:
    """Own the folder that the command line names; what is written from now on is this user's alone to read.

    Args:
        module: the name that the process was started by.
        arguments: those of the command line, without the program.
        read_plan: reads the folder's plan; it may raise PlanError.

    Raises:
        OwnershipError: not exactly one folder is named, another process owns it, or its plan cannot be read.
    """
    if len(arguments) != 1:
        raise OwnershipError(f"usage: python -P -m {module} FOLDER", _USAGE)
    folder = RunFolder(Path(arguments[0]))
    write_privately()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        lock_fd = take_lock(folder.supervisor)
        return Owned(folder, read_plan(folder.plan), lock_fd)
    except BlockingIOError:
        raise OwnershipError(f"{folder.path}: another process owns it") from None
    except PlanError as error:
        raise OwnershipError(str(error)) from error
