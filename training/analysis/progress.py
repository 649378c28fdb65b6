"""Contention, defined: normalised progress, STP, ANTT, fairness, and what sharing does to the time of the whole.

The definitions are Eyerman and Eeckhout's (System-level performance metrics for multiprogram workloads, IEEE Micro
28(3), 2008), with rates in place of cycle counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from training.plan import LANES, Lane


@dataclass(frozen=True, slots=True)
class LaneTimes:
    """Seconds a lane's whole length takes: alone, and beside the other for as long as it trains. Both above zero."""

    alone_s: float
    shared_s: float

    @property
    def progress(self) -> float:
        """Normalised progress: 1 where the other is not felt, 0.5 where sharing halves the rate."""
        return self.alone_s / self.shared_s

    @property
    def slowdown(self) -> float:
        """How many times as long it takes beside the other."""
        return self.shared_s / self.alone_s


Pair = Mapping[Lane, LaneTimes]
"""Both lanes' times."""


def stp(pair: Pair) -> float:
    """System throughput, the sum of normalised progress: 1 is as good as taking turns, 2 no interference."""
    return sum(pair[lane].progress for lane in LANES)


def antt(pair: Pair) -> float:
    """Average normalised turnaround time: the mean slowdown, 1 at best, 2 as when two take turns fairly."""
    return sum(pair[lane].slowdown for lane in LANES) / len(LANES)


def fairness(pair: Pair) -> float:
    """Least over most normalised progress, in (0, 1]; 1 where both suffer alike."""
    progress = [pair[lane].progress for lane in LANES]
    return min(progress) / max(progress)


def makespan_s(pair: Pair) -> float:
    """Seconds until both have ended: both beside each other until the first ends, the other goes on alone."""
    first = min(LANES, key=lambda lane: pair[lane].shared_s)
    other: Lane = "b" if first == "a" else "a"
    both_s = pair[first].shared_s
    left = 1.0 - both_s / pair[other].shared_s
    return both_s + left * pair[other].alone_s


def sequential_s(pair: Pair) -> float:
    """Seconds that both take one after the other, each alone."""
    return sum(pair[lane].alone_s for lane in LANES)


def speedup(pair: Pair) -> float:
    """How many times faster the whole is together than one after the other; below 1 it is slower."""
    return sequential_s(pair) / makespan_s(pair)
