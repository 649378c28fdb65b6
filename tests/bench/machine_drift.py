"""How steady this machine is for two at once: loops of our own, alone and beside each other, second by second.

A virtual machine's host moves its CPUs about: two that share a cache and then do not are two devices. No meter inside
the machine shows it, so it is measured, as what a verdict about memory-bound trainings can be held to here.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.figures import say

ALONE_S = 5.0
BESIDE_S = 40.0
SLICE_S = 1.0
LARGE = 8_000_000
"""Floats that the memory-bound loop goes through: as much as a large cache holds."""
SMALL = 300
"""Rows and columns of the product that a core keeps to itself."""


def measure(scale: float) -> None:
    """Each kind of loop: its rate beside another of its kind over its rate alone."""
    for kind in ("arithmetic", "memory-bound"):
        (alone,) = _rates(kind, 1, ALONE_S)
        beside = _rates(kind, 2, BESIDE_S * scale)
        reference = statistics.median(alone)
        shares = [rate / reference for rates in beside for rate in rates]
        low, middle, high = min(shares), statistics.median(shares), max(shares)
        say(
            f"{kind}: each of two goes at {middle:.2f} of its rate alone, from {low:.2f} to {high:.2f} "
            f"over {BESIDE_S * scale:.0f} s; alone from {min(alone) / reference:.2f} to {max(alone) / reference:.2f}"
        )


def _rates(kind: str, count: int, seconds: float) -> list[list[float]]:
    """Rounds in each second, of `count` processes at once, each on a CPU of its own."""
    context = multiprocessing.get_context("spawn")
    cpus = sorted(os.sched_getaffinity(0))
    pipes = [context.Pipe(duplex=False) for _ in range(count)]
    begins_at = time.monotonic() + 2.0
    processes = [
        context.Process(target=_loop, args=(kind, cpus[index % len(cpus)], begins_at, seconds, told))
        for index, (_, told) in enumerate(pipes)
    ]
    for process in processes:
        process.start()
    found: list[list[float]] = [heard.recv() for heard, _ in pipes]
    for process in processes:
        process.join()
    return found


def _loop(kind: str, cpu: int, begins_at: float, seconds: float, told: Connection) -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.sched_setaffinity(0, {cpu})
    turn = _round(kind)
    turn()
    time.sleep(max(0.0, begins_at - time.monotonic()))
    rates: list[float] = []
    while (began := time.monotonic()) < begins_at + seconds:
        rounds = 0
        while time.monotonic() - began < SLICE_S:
            turn()
            rounds += 1
        rates.append(rounds / (time.monotonic() - began))
    told.send(rates)


def _round(kind: str) -> Callable[[], object]:
    import numpy as np

    if kind == "memory-bound":
        large: Any = np.ones(LARGE, np.float32)
        return lambda: np.multiply(large, 1.0, out=large)
    small: Any = np.ones((SMALL, SMALL), np.float32)
    return lambda: small @ small
