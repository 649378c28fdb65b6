"""Have TensorBoard event files written while the run goes on, by a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Sequence

from training.preset.printable import one_line
from training.record.event_records import Note
from training.record.run_folder import RunFolder
from training.record.users_umask import users_umask
from training.record.writer import RecordWriter
from training.supervisor.launch_environment import own_environment

OPTION = "--tensorboard"
"""What everything that is told of it begins with."""
PROGRAM = (sys.executable, "-P", "-m", "training.export.tensorboard_follow")

_LOWEST_PRIORITY = 19
_LONGEST_REASON_BYTES = 4096


class EventFiles:
    """Starts the process that follows the run's records into event files. Lives on the supervisor's event loop.

    Nothing of the run waits for it, and that it failed is a note among the events. Its input is a pipe on which
    nothing is ever written: the pipe's end says that every record is there, or that this supervisor is gone; then it
    writes what is left and ends, a moment after the run. It bears no mark of the run, so that it is not taken for a
    leftover of it.
    """

    def __init__(
        self,
        folder: RunFolder,
        events: RecordWriter,
        now: Callable[[], float],
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """`program` is what is run, the run's folder follows; what goes wrong it says in one line on stdout."""
        self._folder = folder
        self._events = events
        self._now = now
        self._program = tuple(program)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; it writes into its run's `plan.tensorboard`."""
        try:
            process = self._started()
            exit_fd = os.pidfd_open(process.pid)
        except OSError as error:
            self._tell(f"the process that writes event files cannot be started: {error.strerror or error}")
            return
        asyncio.get_running_loop().add_reader(exit_fd, self._ended, process, exit_fd)

    def end(self) -> None:
        """Say that every record is there; returns at once."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _started(self) -> subprocess.Popen[bytes]:
        # one thread is enough: numpy, which TensorBoard's package brings, would start one for each core
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        self._process = subprocess.Popen(
            [*self._program, str(self._folder.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**own_environment(), **threads},
            cwd="/",
            start_new_session=True,
            umask=users_umask(),  # the folder is one of the user's, as that of an export
        )
        with contextlib.suppress(OSError):  # priorities cannot be set everywhere
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _LOWEST_PRIORITY)
        return self._process

    def _ended(self, process: subprocess.Popen[bytes], exit_fd: int) -> None:
        asyncio.get_running_loop().remove_reader(exit_fd)
        os.close(exit_fd)
        assert process.stdout is not None
        reason = os.read(process.stdout.fileno(), _LONGEST_REASON_BYTES).decode("utf-8", "replace")
        process.stdout.close()
        self.end()
        exit_code = process.wait()
        if exit_code:
            why = one_line(reason) or f"the process ended with exit code {exit_code}, see supervisor.log"
            self._tell(
                f"{why}; no event files are written any more, `export --tensorboard` writes them later"
            )

    def _tell(self, why: str) -> None:
        self._events.write(Note(t=self._now(), message=f"{OPTION}: {why}"))
