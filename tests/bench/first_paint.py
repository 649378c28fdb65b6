"""How soon the pick screen stands, how quickly it answers a key, and how it leaves."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from tests.bench.figures import judge, say, seconds, spread
from tests.bench.waiting import wait_until_quiet
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF, COMMAND, Terminal

BARE = [sys.executable, "-P", "-m", "tests.bench.bare_app"]
QUIET_S = 0.4


def measure(scale: float) -> None:
    """Interleave bare and pick, so that both see the same machine."""
    repetitions = max(3, round(11 * scale))
    bare, frame, listed = [], [], []
    for _ in range(repetitions):
        bare.append(_seconds_until(BARE, [b"bare app"])[0])
        paints = _seconds_until([COMMAND], [b"Device ", b"seed-binary"])
        frame.append(paints[0])
        listed.append(paints[1])
    say(f"bare app (one Static, one Footer), process start to paint: {spread(bare)}")
    say(f"pick screen, first paint: {spread(frame)}")
    say(f"pick screen, presets listed: {spread(listed)}")
    ratio = statistics.median(frame) / statistics.median(bare)
    judge("first paint, pick over bare", ratio, 1.5, f"{ratio:.2f}", "1.5")
    say(f"presets listed, pick over bare: {statistics.median(listed) / statistics.median(bare):.2f}")
    _help(repetitions)
    _keys(max(6, round(30 * scale)))
    _leaving(max(1, round(3 * scale)))


def _seconds_until(command: Sequence[str], marks: Sequence[bytes]) -> list[float]:
    """Seconds from the process's start to the chunk that completes each mark."""
    with Terminal(command) as terminal:
        terminal.wait_until(lambda: all(mark in terminal.output for mark in marks), what=str(marks))
        return [came_at(terminal, mark) - terminal.started_at for mark in marks]


def came_at(terminal: Terminal, mark: bytes) -> float:
    """When the chunk came that completed this mark."""
    so_far = b""
    for at, data in terminal.chunks:
        so_far += data
        if mark in so_far:
            return at
    raise LookupError(mark)


def _help(repetitions: int) -> None:
    times = []
    for _ in range(repetitions):
        began = time.perf_counter()
        subprocess.run([COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    median = statistics.median(times)
    judge("--help", median, 0.25, spread(times), "250 ms")


def _keys(presses: int) -> None:
    """From the key to the first bytes back, the screen being quiet before."""
    latencies = []
    with Terminal([COMMAND]) as terminal:
        wait_until_quiet(terminal, 2.0)
        for index in range(presses):
            before = len(terminal.chunks)
            pressed_at = time.monotonic()
            terminal.press("up" if index // 5 % 2 == 0 else "down")
            terminal.wait_until(lambda before=before: len(terminal.chunks) > before, what="an answer")  # type: ignore[misc]
            latencies.append(terminal.chunks[before][0] - pressed_at)
            wait_until_quiet(terminal, 0.1)
    worst = sorted(latencies)[round(0.95 * (len(latencies) - 1))]
    median = statistics.median(latencies)
    judge("key to paint, pick screen", median, 0.050, f"{spread(latencies)}, p95 {seconds(worst)}", "50 ms")


def _leaving(repetitions: int) -> None:
    ways: dict[str, Callable[[Terminal], None]] = {
        "ctrl+q": lambda terminal: terminal.press("ctrl+q"),
        "SIGTERM": lambda terminal: os.kill(terminal.process.pid, signal.SIGTERM),
        "SIGHUP": lambda terminal: os.kill(terminal.process.pid, signal.SIGHUP),
    }
    for name, leave in ways.items():
        times = []
        restored = True
        for _ in range(repetitions):
            with Terminal([COMMAND]) as terminal:
                wait_until_quiet(terminal, QUIET_S)
                began = time.monotonic()
                leave(terminal)
                terminal.wait_for_exit()
                times.append(time.monotonic() - began)
                restored = restored and ALTERNATE_SCREEN_OFF in terminal.output
        told = f"{spread(times)}, terminal {'restored' if restored else 'NOT restored'}"
        judge(f"leaving by {name}", max(times), 1.0, told, "1 s")
