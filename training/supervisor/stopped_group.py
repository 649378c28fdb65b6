"""Have a lane stand still as processes, where it tells no steps at which it could: stopped and continued by signals."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from training.supervisor.worker_process import WorkerProcess

GUARD = ("/bin/sh", "-c", 'read -r _; kill -s CONT -- "-$1"', "dualtrain-guard")
"""Reads to the end of its input and continues the group: whoever holds the other end may be killed any time."""


class StoppedGroup:
    """A worker's process group between SIGSTOP and SIGCONT.

    Stopped processes hear of nothing, not even that their supervisor is gone: a guard outside the group waits for that
    and has them go on, so that they end as any lane does that nobody owns.
    """

    def __init__(self, worker: WorkerProcess, since_s: float) -> None:
        """Stop it.

        Raises:
            OSError: there is nobody to guard it, so it was not stopped.
        """
        self.since_s = since_s
        self._worker = worker
        read_fd, self._write_fd = os.pipe()
        try:
            self._guard = subprocess.Popen(
                [*GUARD, str(worker.pid)],
                stdin=read_fd,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            os.close(self._write_fd)
            raise
        finally:
            os.close(read_fd)
        worker.signal_group(signal.SIGSTOP)

    def go_on(self) -> None:
        """Continue it, while its process is not reaped yet; once is enough."""
        self._dismiss_guard()
        self._worker.signal_group(signal.SIGCONT)

    def _dismiss_guard(self) -> None:
        """First, and by force: its own signal must not come when the group's number may be another's."""
        with contextlib.suppress(ProcessLookupError):
            self._guard.kill()
        self._guard.wait()
        with contextlib.suppress(OSError):
            os.close(self._write_fd)
            self._write_fd = -1
