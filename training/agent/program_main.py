"""Run any program in a lane: start it when its turn has come, end it when that is asked, end as it ended."""

import os
import resource
import signal
import subprocess
import sys
import threading
from typing import Any, List, Optional

from .commands import CommandListener
from .emitter import Emitter
from .gate import Gate
from .script_lane import end_group
from .script_start import ScriptStart

LOOK_S = 0.5
CANNOT_START = 127
"""What a shell ends with where there is no such program."""
WHY_NO_STEPS = "no step telemetry: memory and utilisation only (any program)"


def run_program(start: ScriptStart, command: List[str]) -> None:
    """Run it as a child of this process, in its group: what signals the one signals both. Ends the process."""
    for fd in (start.commands_fd, start.doorbell_fd):
        os.set_inheritable(fd, False)
    emitter = Emitter(start.records, start.lane, start.zero_s, start.doorbell_fd)
    gate = Gate()
    emitter.emit("started", pid=os.getpid())
    listener = CommandListener(start.commands_fd, {start.lane: gate}, grace_s=start.grace_s, end=end_group)
    emitter.emit("imported", seconds=0.0)
    gate.wait_for_token()
    exit_code: Optional[int] = 0 if gate.stop_asked else _run(command, start, emitter, gate)
    if exit_code == 0:
        asked = gate.stop_reason
        emitter.emit(
            "finished",
            status="stopped" if asked else "completed",
            step=0,
            samples=0,
            epochs=0,
            reason=asked or "the program ended",
        )
    emitter.close()
    listener.training_is_over()
    _end_as(exit_code or 0)


def _run(command: List[str], start: ScriptStart, emitter: Emitter, gate: Gate) -> int:
    # A handler, and not SIG_IGN, which the program would inherit: what ends it is told by its end.
    signal.signal(signal.SIGTERM, _pass)
    try:
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        emitter.emit("error", kind="cannot-start", message="%s cannot be started: %s" % (command[0], why))
        return CANNOT_START
    emitter.emit("telemetry", steps="none", why=WHY_NO_STEPS)
    watch = threading.Thread(
        target=_watch, args=(start, emitter, gate), name="dualtrain-program", daemon=True
    )
    watch.start()
    return program.wait()


def _watch(start: ScriptStart, emitter: Emitter, gate: Gate) -> None:
    """End the program when that is asked, and say when its time is over."""
    released_t: Optional[float] = None
    told_limit = False
    while not gate.wait_for_stop(LOOK_S):
        if released_t is None and gate.may_pass_barrier:
            released_t = emitter.now()
        if not told_limit and released_t is not None and emitter.now() - released_t >= start.train_for_s:
            told_limit = True
            emitter.emit("limit", step=0, reached="minutes")
    os.killpg(0, signal.SIGTERM)


def _pass(*_: Any) -> None:
    """This process ends when the program has."""


def _end_as(exit_code: int) -> None:
    """With its exit code, or by the signal that ended it."""
    sys.stdout.flush()
    if exit_code < 0:
        resource.setrlimit(
            resource.RLIMIT_CORE, (0, 0)
        )  # the program has left a core of its own, where one is wanted
        if -exit_code != signal.SIGKILL:
            signal.signal(-exit_code, signal.SIG_DFL)
        os.kill(os.getpid(), -exit_code)
    os._exit(exit_code)
