"""One worker process: start it, tell it, end it, know how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from training.plan import Lane
from training.record.run_folder import RunFolder

Command = Callable[[int, int], list[str]]
"""The words that start a worker, from the pipe that it reads commands from and the one that it rings."""


class WorkerProcess:
    """A worker in a process group of its own. A process is not a lane: it may carry both.

    Its PID cannot pass to somebody else before `reap`, as it is our child and stays a zombie until then; every
    signal goes out before that, and to its group only.
    """

    silent_since_s: float | None = None
    """Since when nothing in it can ring any more, in seconds since the run began, until that was told."""

    def __init__(
        self,
        folder: RunFolder,
        lanes: tuple[Lane, ...],
        zero_s: float,
        environment: Mapping[str, str],
        *,
        command: Command | None = None,
        cwd: Path | None = None,
        umask: int = -1,
    ) -> None:
        """Start it: a worker of ours in the run's folder, or another command elsewhere; `umask` of -1 is ours.

        Raises:
            OSError: it cannot be started.
        """
        self.lanes = lanes
        command = command or partial(_own_worker, folder, lanes, zero_s)
        commands_read, self._commands_write = os.pipe()
        self.doorbell_fd, doorbell_write = os.pipe()
        os.set_blocking(doorbell_write, False)
        os.set_blocking(self.doorbell_fd, False)
        os.set_blocking(self._commands_write, False)
        try:
            fds = (commands_read, doorbell_write)
            self._process = self._start(folder, environment, command(*fds), cwd or folder.path, fds, umask)
        finally:
            os.close(commands_read)
            os.close(doorbell_write)
        self.pid = self._process.pid
        self.exit_fd = os.pidfd_open(self.pid)
        """Becomes readable when the process has ended."""

    def _start(
        self,
        folder: RunFolder,
        environment: Mapping[str, str],
        command: Sequence[str],
        cwd: Path,
        fds: tuple[int, int],
        umask: int,
    ) -> subprocess.Popen[bytes]:
        with folder.lane_log(self.lanes[0]).open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(environment),
                cwd=cwd,
                pass_fds=fds,
                start_new_session=True,
                umask=umask,
            )

    def tell(self, do: str, lane: Lane | None = None, **details: Any) -> bool:
        """Send one command; False when the worker does not take it (it is ending, or its pipe is full)."""
        command = {"do": do, "lane": lane, **details}
        try:
            os.write(self._commands_write, json.dumps(command).encode() + b"\n")
        except OSError:
            return False
        return True

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the worker and what it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def drain_doorbell(self) -> bool:
        """Take the rings that have come; False where nobody holds the other end any more."""
        try:
            return os.read(self.doorbell_fd, 4096) != b""
        except OSError:
            return True

    def reap(self) -> int:
        """Take the ended process's exit code (negative: the signal that ended it), after ending its group."""
        self.signal_group(signal.SIGKILL)
        exit_code = self._process.wait()
        for fd in (self.exit_fd, self.doorbell_fd, self._commands_write):
            os.close(fd)
        return exit_code


def _own_worker(
    folder: RunFolder, lanes: tuple[Lane, ...], zero_s: float, commands_fd: int, doorbell_fd: int
) -> list[str]:
    command = [sys.executable, "-P", "-m", "training.worker", str(folder.path), "".join(lanes)]
    return [
        *command,
        "--zero",
        repr(zero_s),
        "--commands-fd",
        str(commands_fd),
        "--doorbell-fd",
        str(doorbell_fd),
    ]
