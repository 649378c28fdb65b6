"""The folder of a run's own MPS daemon, and whether a daemon is the one that lives there.

Standard library only: the watcher that outlives a killed supervisor reads it too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PIPES_VARIABLE = "CUDA_MPS_PIPE_DIRECTORY"
LOGS_VARIABLE = "CUDA_MPS_LOG_DIRECTORY"
SUFFIX = ".mps"

_SOCKET_PATH_BYTES = 107
_LONGEST_PIPE_NAME = "control_privileged"
_ZOMBIE_STATES = "ZX"


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told from a later one of the same PID by when it started (clock ticks since boot)."""

    pid: int
    started_ticks: int

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; one that has ended and was not waited for does not."""
        return identity_of(self.pid) == self


@dataclass(frozen=True, slots=True)
class MpsHome:
    """Where one daemon has its pipes and logs: `base` lies in the runtime folder and is this user's alone (0700)."""

    base: Path

    @property
    def pipes(self) -> Path:
        """What CUDA_MPS_PIPE_DIRECTORY names, for the daemon and its clients."""
        return self.base / "p"

    @property
    def logs(self) -> Path:
        """What CUDA_MPS_LOG_DIRECTORY names: control.log and server.log."""
        return self.base / "l"

    @property
    def pid_file(self) -> Path:
        """Where the daemon writes its PID (NVIDIA's MPS documentation, nvidia-cuda-mps-control)."""
        return self.pipes / "nvidia-cuda-mps-control.pid"

    @property
    def is_short_enough(self) -> bool:
        """Whether the daemon can bind its sockets here: with a longer path it dies without saying why."""
        return len(os.fsencode(self.pipes / _LONGEST_PIPE_NAME)) <= _SOCKET_PATH_BYTES

    def make(self) -> None:
        """Make the folders.

        Raises:
            OSError: they cannot be made, or are there already.
        """
        for folder in (self.base, self.pipes, self.logs):
            folder.mkdir(mode=0o700)

    def remove(self) -> None:
        """Take the folders away."""
        shutil.rmtree(self.base, ignore_errors=True)

    def write_keepers(self, *keepers: ProcessIdentity) -> None:
        """Write down who sees to it that the daemon ends: the supervisor and its watcher."""
        (self.base / "keepers").write_text(json.dumps([[one.pid, one.started_ticks] for one in keepers]))

    def is_kept(self) -> bool:
        """Whether somebody is left who ends the daemon."""
        try:
            keepers = [ProcessIdentity(*one) for one in json.loads((self.base / "keepers").read_text())]
        except (OSError, ValueError, TypeError):
            return False
        return any(keeper.is_alive for keeper in keepers)

    def daemon(self) -> ProcessIdentity | None:
        """The daemon that serves these pipes; None where there is none, or the PID is somebody else's by now.

        The PID file alone proves nothing: a PID may have passed on. The process must be this user's and have been
        started with these pipes in its environment.
        """
        try:
            pid = int(self.pid_file.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            return None
        return identity_of(pid) if names_these_pipes(pid, self.pipes) else None


@dataclass(frozen=True, slots=True)
class LeftDaemon:
    """A daemon of an earlier run that nobody will end."""

    pid: int
    pipes: Path

    @property
    def remedy(self) -> str:
        """How the person ends it."""
        return f"echo quit | {PIPES_VARIABLE}={self.pipes} nvidia-cuda-mps-control"


def mps_home(runtime_folder: Path, run_folder: Path) -> MpsHome:
    """The home of a run's daemon: its name comes from the run's folder, and is short."""
    return MpsHome(runtime_folder / (hashlib.sha256(os.fsencode(run_folder)).hexdigest()[:8] + SUFFIX))


def left_daemons(runtime_folder: Path) -> tuple[LeftDaemon, ...]:
    """The daemons that lost both the supervisor and the watcher. Touches nothing."""
    homes = [MpsHome(base) for base in sorted(runtime_folder.glob(f"*{SUFFIX}"))]
    found = [(home, home.daemon()) for home in homes if not home.is_kept()]
    return tuple(LeftDaemon(daemon.pid, home.pipes) for home, daemon in found if daemon is not None)


def forget_dead_homes(runtime_folder: Path) -> None:
    """Take away the folders in which no daemon lives and that nobody keeps any more."""
    for base in runtime_folder.glob(f"*{SUFFIX}"):
        home = MpsHome(base)
        if not home.is_kept() and home.daemon() is None:
            home.remove()


def identity_of(pid: int) -> ProcessIdentity | None:
    """Who has this PID now; None where nobody runs under it (proc_pid_stat(5): state is field 3, starttime 22)."""
    try:
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        )
        return None if fields[0] in _ZOMBIE_STATES else ProcessIdentity(pid, int(fields[19]))
    except (OSError, IndexError, ValueError):
        return None


def names_these_pipes(pid: int, pipes: Path) -> bool:
    """Whether the process is this user's and was started with these pipes in its environment."""
    mark = os.fsencode(f"{PIPES_VARIABLE}={pipes}")
    try:
        if Path(f"/proc/{pid}").stat().st_uid != os.getuid():
            return False
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def processes_with(pipes: Path) -> Iterator[ProcessIdentity]:
    """Every process of this user's that was started with these pipes: the daemon, its servers, and clients to be."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and names_these_pipes(int(entry.name), pipes):
            with contextlib.suppress(OSError):
                identity = identity_of(int(entry.name))
                if identity is not None:
                    yield identity
