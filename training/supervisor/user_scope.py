"""Start a process in a scope of its own below the user's systemd manager, out of a session that ends what it leaves."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from training.preflight.survival import SCOPE_PROGRAM

PATIENCE_S = 5.0
"""How long the manager may take to give the scope. It takes milliseconds, or hangs on a bus that does not answer."""
_LOOK_PERIOD_S = 0.01

Start = Callable[[Sequence[str]], "subprocess.Popen[bytes]"]


def start_in_scope(
    start: Start, command: Sequence[str], name: str, *, patience_s: float = PATIENCE_S
) -> subprocess.Popen[bytes] | None:
    """Start `command` in a scope; None where none was had, and then nothing of it is left.

    `systemd-run --scope` asks the manager to move its own process and then becomes the command: PID, session, files
    and environment stay what they were, and the command has begun when the process bears its name.

    Args:
        start: starts a process from its arguments.
        command: what is to run there.
        name: what the scope is named after; anything that is no letter is replaced.
        patience_s: how long to wait.
    """
    if any("$" in argument for argument in command):
        return None  # newer versions of it put variables in for what looks like one
    try:
        process = start([*_asking(name), *command])
    except OSError:
        return None
    give_up_s = time.monotonic() + patience_s
    while not _has_become(process.pid, command):
        if process.poll() is not None:
            return None
        if time.monotonic() > give_up_s:
            process.kill()
            process.wait()
            return None
        time.sleep(_LOOK_PERIOD_S)
    return process


def _asking(name: str) -> list[str]:
    unit = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:80]
    # a folder's name may occur twice, a scope's may not
    unit = f"dualtrain-{unit}-{secrets.token_hex(2)}"
    return [SCOPE_PROGRAM, "--user", "--scope", "--collect", "--quiet", f"--unit={unit}", "--"]


def _has_become(pid: int, command: Sequence[str]) -> bool:
    """Whether the process runs the command by now; how its program is spelt is the caller's business."""
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        return False
    return arguments[1:] == [os.fsencode(argument) for argument in command[1:]]
