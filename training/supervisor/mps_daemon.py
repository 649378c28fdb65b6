"""A run's own MPS daemon: start it, know it again, end it and nobody else's. Standard library only."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.record.mps_home import MpsHome, ProcessIdentity, processes_with
from training.supervisor.mps_control import MpsClient, MpsControl, MpsError

_LOOK_PERIOD_S = 0.05


@dataclass(frozen=True, slots=True)
class MpsTimes:
    """How long what may take, in seconds."""

    answer_s: float = 5.0
    start_s: float = 10.0
    verify_s: float = 10.0
    quit_s: float = 10.0
    signal_s: float = 3.0


class MpsDaemon:
    """The daemon behind one home. Whatever is asked of it or done to it, it is first known again."""

    def __init__(
        self, home: MpsHome, control: MpsControl, identity: ProcessIdentity, times: MpsTimes
    ) -> None:
        self.home = home
        self.identity = identity
        self._control = control
        self._times = times

    @classmethod
    def start(cls, home: MpsHome, control: MpsControl, times: MpsTimes) -> MpsDaemon:
        """Start a daemon in a home that was made, with a server ready for clients.

        The server is asked for at once: one that cannot run would end the first client that comes.

        Raises:
            MpsError: there is no daemon, or none that works; what was started is ended.
        """
        try:
            control.start_daemon(home.logs / "start.log")
            if not _wait(lambda: home.daemon() is not None, times.start_s):
                raise MpsError(_why_unknown(home, times))
        except MpsError:
            _end_all(home, times)
            raise
        identity = home.daemon()
        daemon = cls(home, control, identity or ProcessIdentity(0, 0), times)
        try:
            daemon._have_server()
        except MpsError:
            daemon.stop()
            raise
        return daemon

    @property
    def is_alive(self) -> bool:
        """Whether the very daemon that was started still runs."""
        return self.identity.is_alive

    def clients(self) -> tuple[MpsClient, ...]:
        """The clients its servers list.

        Raises:
            MpsError: it has ended, hangs, refuses, or answers what cannot be read.
        """
        self._known()
        return self._control.clients()

    def terminate_client(self, client: MpsClient) -> None:
        """Have a client's work on the GPU ended.

        Raises:
            MpsError: as for `clients`.
        """
        self._known()
        self._control.terminate_client(client)

    def stop(self) -> str:
        """End the daemon, its servers and its folders; to be called when no client holds it.

        Returns:
            Why it did not go by `quit` alone; empty where it did.
        """
        error = ""
        try:
            self._known()
            self._control.quit()
            if not _wait(lambda: not self.is_alive, self._times.quit_s):
                error = f"it did not quit within {self._times.quit_s:g} s"
        except MpsError as caught:
            error = f"it {caught}"
        how = _end_all(self.home, self._times)
        # One that is just ending has given up its environment, by which it is found, before its place in /proc.
        if not _wait(lambda: not self.is_alive, self._times.signal_s):
            return f"{error}; process {self.identity.pid} is still there after {how or 'every signal'}"
        self.home.remove()
        return f"{error}; ended by {how}" if error and how else error

    def _known(self) -> None:
        if not self.is_alive:
            raise MpsError(f"(process {self.identity.pid}) has ended by itself")

    def _have_server(self) -> None:
        self._known()
        self._control.start_server()
        deadline = time.monotonic() + self._times.start_s
        while not self._control.servers():
            self._known()
            if time.monotonic() > deadline:
                raise MpsError(f"has no server {self._times.start_s:g} s after one was asked for")
            time.sleep(_LOOK_PERIOD_S)


def _why_unknown(home: MpsHome, times: MpsTimes) -> str:
    """No daemon of ours by the PID file: it was never written, or names somebody else."""
    try:
        pid = home.pid_file.read_text(encoding="ascii", errors="replace").strip()[:20]
    except OSError:
        return f"is not there {times.start_s:g} s after it was started"
    return f"is not the one that was started: its PID file names process {pid}"


def _end_all(home: MpsHome, times: MpsTimes) -> str:
    """Signal what is left of the daemon and its servers; returns the last signal's name, empty where none was needed.

    Ours is what was started with our pipes and is no client: the daemon of the PID file, and children of the
    control program, which carry NVIDIA's names.
    """
    if _wait(lambda: not _left(home), times.signal_s if home.daemon() is None else 0.0):
        return ""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in _left(home):
            _signal(process, number)
        if _wait(lambda: not _left(home), times.signal_s):
            return number.name
    return number.name


def _left(home: MpsHome) -> list[ProcessIdentity]:
    daemon = home.daemon()
    named = [one for one in processes_with(home.pipes) if is_mps_program(one.pid)]
    return [*named, *([daemon] if daemon is not None and daemon not in named else [])]


def is_mps_program(pid: int) -> bool:
    """Whether this is a daemon, a server or a command of MPS; `comm` is cut to 15 characters and says less."""
    try:
        words = os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except OSError:
        return False
    return any(Path(word).name.startswith("nvidia-cuda-mps-") for word in words[:2])


def _signal(process: ProcessIdentity, number: signal.Signals) -> None:
    """Signal exactly this process: the descriptor is taken before it is known again."""
    try:
        fd = os.pidfd_open(process.pid)
    except OSError:
        return
    try:
        if process.is_alive:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(fd, number)
    finally:
        os.close(fd)


def _wait(holds: Callable[[], bool], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_PERIOD_S)
    return True
