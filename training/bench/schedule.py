"""Which launches a bench makes, and in which order."""

from __future__ import annotations

from itertools import combinations

from msgspec import Struct

from training.bench.plan import BenchPlan
from training.plan import Sharing

Pair = tuple[int, int]
"""Two places in the plan's presets: lane A's and lane B's."""


class PlannedLaunch(Struct, frozen=True):
    """One fresh launch of a pair in a mode; `number` counts from 1."""

    pair: Pair
    sharing: Sharing
    number: int


def pairs(plan: BenchPlan) -> tuple[Pair, ...]:
    """Every pair of the presets once, in the order they were named in; a preset named twice is paired with itself."""
    found: dict[tuple[str, ...], Pair] = {}
    for first, second in combinations(range(len(plan.presets)), 2):
        labels = tuple(sorted((plan.presets[first].label, plan.presets[second].label)))
        found.setdefault(labels, (first, second))
    return tuple(found.values())


def schedule(plan: BenchPlan) -> tuple[PlannedLaunch, ...]:
    """Pair by pair; the modes in turn, in the reverse order every second time, so that drift does not favour one."""
    launches: list[PlannedLaunch] = []
    for pair in pairs(plan):
        for number in range(1, plan.launches + 1):
            modes = plan.modes if number % 2 else plan.modes[::-1]
            launches += [PlannedLaunch(pair, mode, number) for mode in modes]
    return tuple(launches)
