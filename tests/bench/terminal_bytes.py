"""What the screen sends over the wire: while two trainings run, and while nothing happens."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.bench.figures import judge, spread
from tests.bench.trainings import end, watched_run
from tests.bench.waiting import let_pass, wait_until_quiet
from tests.terminal.terminal import COMMAND, Terminal

SIZES = {(80, 24): 3000, (160, 48): 6000}
"""How much a live run may send a second, in bytes."""
SLOW_BYTES_PER_S = 8000
KB = 1000
QUIET_S = 3.0
PICK_QUIET_S = 15.0
"""Until Keras has told of the highlighted pair, in a process of its own, the forecast is not complete."""
FIRST_PICTURES_S = 12.0
LIVE = r"loss +\d\.\d+.*loss +\d\.\d+"
HELD = "held: space follows"


def measure(scale: float) -> None:
    """A live run at two sizes, then screens on which nothing happens."""
    seconds = max(5.0, 30.0 * scale)
    arguments = ("seed-binary", "seed-regression", "--minutes", "30")
    with tempfile.TemporaryDirectory() as folder:
        with watched_run(Path(folder) / "run", *arguments) as (terminal, run):
            terminal.wait_for(LIVE, timeout_s=120)
            attach = [COMMAND, "attach", str(run.path)]
            with Terminal(attach, columns=160, rows=48) as wide:
                wide.wait_for(LIVE)
                let_pass(wide, 5.0)
                _live(terminal, wide, seconds)
            for size in SIZES:
                _slow_line(attach, size, presses=max(4, round(12 * scale)))
            end(run)
        for size in SIZES:
            with Terminal(attach, columns=size[0], rows=size[1]) as terminal:
                terminal.wait_for("ended")
                _idle("an ended run", size, terminal, seconds)
    for size in SIZES:
        with Terminal([COMMAND], columns=size[0], rows=size[1]) as terminal:
            terminal.wait_for("▸ seed-binary")
            let_pass(terminal, 1.0)
            terminal.wait_until(
                lambda: "being computed" not in terminal.text, what="a description", timeout_s=60
            )
            _idle("the pick screen", size, terminal, seconds, quiet_s=PICK_QUIET_S)


def _live(terminal: Terminal, wide: Terminal, seconds: float) -> None:
    before = terminal.output_size, wide.output_size
    let_pass(terminal, seconds)
    for one, (size, most), was in zip((terminal, wide), SIZES.items(), before, strict=True):
        rate = (one.output_size - was) / seconds
        judge(f"live, {size[0]}×{size[1]}", rate, most, f"{rate / KB:.2f} KB/s", f"{most / KB:g} KB/s")


def _slow_line(attach: list[str], size: tuple[int, int], *, presses: int) -> None:
    """From a key to what it does, on a line that is slower than a fast one by a thousand times."""
    columns, rows = size
    times = []
    with Terminal(attach, columns=columns, rows=rows, bytes_per_s=SLOW_BYTES_PER_S) as terminal:
        terminal.wait_for(LIVE, timeout_s=60)
        let_pass(terminal, FIRST_PICTURES_S)
        for index in range(presses):
            let_pass(terminal, 0.7 + 0.2 * (index % 5))  # at any moment of a refresh
            pressed = time.monotonic()
            terminal.press("space")
            terminal.wait_until(lambda held=index % 2 == 0: (HELD in terminal.text) == held, what="an answer")  # type: ignore[misc]
            times.append(time.monotonic() - pressed)
    name = f"key to its answer over {SLOW_BYTES_PER_S / KB:g} KB/s, live, {columns}×{rows}, slowest"
    judge(name, max(times), 1.0, spread(times), "1 s")


def _idle(
    name: str, size: tuple[int, int], terminal: Terminal, seconds: float, *, quiet_s: float = QUIET_S
) -> None:
    wait_until_quiet(terminal, quiet_s)
    before = terminal.output_size
    let_pass(terminal, seconds)
    sent = terminal.output_size - before
    judge(f"{name}, {size[0]}×{size[1]}, idle for {seconds:.0f} s", sent, 0, f"{sent} bytes", "0")
