"""What the screen sends over the wire: while two trainings run, and while nothing happens."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.bench.figures import judge, say
from tests.bench.first_paint import wait_until_quiet
from tests.bench.trainings import end, watched_run
from tests.terminal.terminal import COMMAND, Terminal

SIZES = ((80, 24), (160, 48))
KIB = 1024
QUIET_S = 3.0


def measure(scale: float) -> None:
    """A live run at two sizes, then screens on which nothing happens."""
    seconds = max(5.0, 30.0 * scale)
    arguments = ("seed-binary", "seed-regression", "--minutes", "30")
    with tempfile.TemporaryDirectory() as folder:
        with watched_run(Path(folder) / "run", *arguments) as (terminal, run):
            terminal.wait_for(r"loss +\d\.\d+.*loss +\d\.\d+", timeout_s=120)
            attach = [COMMAND, "attach", str(run.path)]
            with Terminal(attach, columns=SIZES[1][0], rows=SIZES[1][1]) as wide:
                wide.wait_for(r"loss +\d\.\d+.*loss +\d\.\d+")
                _pass(wide, 5.0)
                _live(terminal, wide, seconds)
            end(run)
        for size in SIZES:
            with Terminal(attach, columns=size[0], rows=size[1]) as terminal:
                terminal.wait_for("ended")
                _idle("an ended run", size, terminal, seconds)
    for size in SIZES:
        with Terminal([COMMAND], columns=size[0], rows=size[1]) as terminal:
            terminal.wait_for("▸ seed-binary")
            _pass(terminal, 1.0)
            terminal.wait_until(
                lambda: "being computed" not in terminal.text, what="a description", timeout_s=60
            )
            _idle("the pick screen", size, terminal, seconds)


def _live(terminal: Terminal, wide: Terminal, seconds: float) -> None:
    before = terminal.output_size, wide.output_size
    _pass(terminal, seconds)
    for one, size, was in zip((terminal, wide), SIZES, before, strict=True):
        rate = (one.output_size - was) / seconds
        name = f"live, {size[0]}×{size[1]}"
        if size == SIZES[0]:
            judge(name, rate, 4 * KIB, f"{rate / KIB:.2f} KiB/s", "4 KiB/s")
        else:
            say(f"{name}: {rate / KIB:.2f} KiB/s")


def _idle(name: str, size: tuple[int, int], terminal: Terminal, seconds: float) -> None:
    wait_until_quiet(terminal, QUIET_S)
    before = terminal.output_size
    _pass(terminal, seconds)
    sent = terminal.output_size - before
    judge(f"{name}, {size[0]}×{size[1]}, idle for {seconds:.0f} s", sent, 0, f"{sent} bytes", "0")


def _pass(terminal: Terminal, seconds: float) -> None:
    """Let time pass."""
    until = time.monotonic() + seconds
    terminal.wait_until(lambda: time.monotonic() > until, what="time", timeout_s=seconds + 5)
