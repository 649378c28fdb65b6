"""What a CPU hog does to a verdict: the blocks it disturbs are left out, and the rest says the same."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.synchronize import Event

from tests.bench.figures import say
from tests.bench.measured_pair import PairRun, run_pair
from training.plan import Probing

PAIR = ("wide-mlp", "wide-mlp")
TRAIN_S = 180.0
ON_S, OFF_S = 10.0, 20.0
"""A third of the time."""


def measure(scale: float) -> None:
    """The same pair undisturbed, then with a process that turns in circles for a third of the time."""
    minutes = TRAIN_S * scale / 60
    quiet = run_pair(PAIR, minutes=minutes, probing=Probing())
    over = multiprocessing.get_context("spawn").Event()
    hog = multiprocessing.get_context("spawn").Process(target=_hog, args=(over,), daemon=True)
    hog.start()
    try:
        disturbed = run_pair(PAIR, minutes=minutes, probing=Probing())
    finally:
        over.set()
        hog.join()
    _tell("undisturbed", quiet)
    _tell("with a hog for a third of the time", disturbed)
    same = quiet.contention.verdict == disturbed.contention.verdict
    say(f"the verdict {'stands' if same else 'CHANGED'}; {disturbed.contention.excluded} blocks left out")


def _tell(name: str, run: PairRun) -> None:
    told = run.contention
    interval = "no interval" if told.interval is None else f"{told.interval[0]:.3f} to {told.interval[1]:.3f}"
    speedup = "–" if told.speedup is None else f"{told.speedup:.3f}"
    why = f" ({', '.join(told.excluded_because)})" if told.excluded_because else ""
    say(
        f"{name}: {told.verdict}, speed-up {speedup} ({interval}), {told.blocks} blocks, {told.excluded} excluded{why}"
    )


def _hog(over: Event) -> None:
    while not over.is_set():
        until = time.monotonic() + ON_S
        while time.monotonic() < until and not over.is_set():
            sum(range(10_000))
        over.wait(OFF_S)
