"""How a benchmark waits at a terminal."""

from __future__ import annotations

import time

from tests.terminal.terminal import Terminal


def wait_until_quiet(terminal: Terminal, quiet_s: float) -> None:
    """Wait until something stands on the screen and nothing came for so long."""

    def quiet() -> bool:
        chunks = terminal.chunks
        return bool(chunks) and time.monotonic() - chunks[-1][0] > quiet_s

    terminal.wait_until(quiet, what="a quiet screen", timeout_s=60)


def let_pass(terminal: Terminal, seconds: float) -> None:
    """Let time pass while the terminal is read."""
    until = time.monotonic() + seconds
    terminal.wait_until(lambda: time.monotonic() > until, what="time", timeout_s=seconds + 5)
