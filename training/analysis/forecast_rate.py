"""How fast a training goes alone, as earlier runs tell it; and on how little that stands where none tells it well."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.analysis.disturbed_time import MOST_DISTURBED_SHARE
from training.plan import Lane
from training.record.measurement_records import LaneMeasured, PairMeasured

NEWEST_RATES = 5
"""The median of so many speaks for a lane: a single run may have been disturbed."""
ENOUGH_STEPS = 30
ENOUGH_S = 2.0
"""Over fewer steps, or less time, a rate is a first impression: single steps weigh too much in it."""


@dataclass(frozen=True, slots=True)
class RoughBasis:
    """What a rate was taken over that is too little: steps after warm-up, seconds of training, or peace."""

    steps: int
    seconds: float
    disturbed_share: float = 0.0

    @property
    def text(self) -> str:
        """What there is too little of."""
        if self.disturbed_share > MOST_DISTURBED_SHARE:
            return "a disturbed run"
        if self.steps >= ENOUGH_STEPS:
            return f"{self.seconds:.1f} s"
        return f"{self.steps} {'step' if self.steps == 1 else 'steps'}"


@dataclass(frozen=True, slots=True)
class RateAlone:
    """Steps per second alone. `only` is what it stands on where that is too little; None where it is enough."""

    steps_per_s: float
    only: RoughBasis | None = None


def rate_alone(
    lane: Lane, runs: Sequence[LaneMeasured], pair: PairMeasured | None = None
) -> RateAlone | None:
    """The median of the newest rates that stand on enough; else what was measured of the pair; else the least rough.

    Args:
        lane: the one asked about.
        runs: those that trained its preset, newest first.
        pair: a measurement of it beside another.
    """
    told = [RateAlone(rate, _basis_alone(run)) for run in runs if (rate := run.solo_steps_per_s) is not None]
    enough = sorted([rate.steps_per_s for rate in told if rate.only is None][:NEWEST_RATES])
    if enough:
        return RateAlone(enough[len(enough) // 2])
    return max([*told, *_of_pair(lane, runs, pair)], key=_stands_on, default=None)


def few_steps(run: LaneMeasured) -> RoughBasis | None:
    """What the run's rates were taken over, where that is too little; None where it is enough."""
    steps: float = run.steps
    if run.steps_per_s is not None:
        steps = min(steps, run.steps_per_s * run.train_s)  # warm-up steps are no part of a rate
    is_enough = round(steps) >= ENOUGH_STEPS and run.train_s >= ENOUGH_S
    return None if is_enough else RoughBasis(round(steps), run.train_s)


def _basis_alone(run: LaneMeasured) -> RoughBasis | None:
    """The same of its rate alone, which may be that of a whole run beside the work of others."""
    share = run.solo_disturbed_share or 0.0
    if share > MOST_DISTURBED_SHARE:
        return RoughBasis(run.steps, run.train_s, share)
    return few_steps(run)


def _of_pair(lane: Lane, runs: Sequence[LaneMeasured], pair: PairMeasured | None) -> Iterator[RateAlone]:
    """The lane's rate in the pair's windows alone, which are no longer than the run that they were part of.

    Benches give their launches the same names again: of several runs of that name the longest is meant.
    """
    if pair is not None and lane in pair.solo_steps_per_s:
        its_run = max((run for run in runs if run.run == pair.run), key=lambda run: run.train_s, default=None)
        yield RateAlone(pair.solo_steps_per_s[lane], None if its_run is None else few_steps(its_run))


def _stands_on(rate: RateAlone) -> float:
    return math.inf if rate.only is None else rate.only.steps
