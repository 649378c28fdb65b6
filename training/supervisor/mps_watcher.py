"""`python -P -m training.supervisor.mps_watcher BASE PROGRAM DEVICE FD`: ends a run's MPS daemon if nobody else can.

It waits at the end of a pipe that its supervisor holds. The word "done" means that the daemon is gone; an end without
it means that the supervisor is: then the workers end by themselves, and after them the daemon. Standard library only.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from training.record.mps_home import MpsHome, ProcessIdentity, processes_with
from training.supervisor.mps_control import MpsControl, MpsError, daemon_environment
from training.supervisor.mps_daemon import MpsDaemon, MpsTimes, is_mps_program

DONE = b"done"
_LOOK_PERIOD_S = 0.5


def main() -> int:
    """Wait, and clean up where the supervisor cannot; returns the exit code."""
    base, program, device, fd = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # what ends everything else of the run is when this is needed
    if _read_to_end(int(fd)).endswith(DONE):
        return 0
    home = MpsHome(Path(base))
    times = MpsTimes()
    control = MpsControl(program, daemon_environment(os.environ, home, device), answer_s=times.answer_s)
    identity = home.daemon()
    if identity is None:
        home.remove()
        return 0
    daemon = MpsDaemon(home, control, identity, times)
    while daemon.is_alive and _has_clients(daemon):
        time.sleep(_LOOK_PERIOD_S)
    error = daemon.stop()
    if error:
        print(f"the MPS daemon of a run whose supervisor was killed: {error}", file=sys.stderr, flush=True)
    return 0


def _has_clients(daemon: MpsDaemon) -> bool:
    """By the daemon's word; where it has none, by who was started to be a client. No limit: it is never taken away."""
    if any(not is_mps_program(one.pid) for one in _others(daemon)):
        return True
    try:
        return bool(daemon.clients())
    except MpsError:
        return False


def _others(daemon: MpsDaemon) -> list[ProcessIdentity]:
    return [one for one in processes_with(daemon.home.pipes) if one != daemon.identity]


def _read_to_end(fd: int) -> bytes:
    said = b""
    while part := os.read(fd, 64):
        said += part
    return said


if __name__ == "__main__":
    sys.exit(main())
