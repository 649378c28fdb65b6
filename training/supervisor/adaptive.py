"""Together while that is measured to be faster, else one lane after the other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from training.plan import LANES, Lane, Limits
from training.record.contention_records import Decided
from training.supervisor.lane_standing import Action, LaneStanding
from training.supervisor.policy import Sequential, SharingPolicy, Together

LOOKS: dict[int, float] = {3: 6.965, 5: 2.999, 8: 2.517}
"""After how many blocks it is looked, and with which quantile of Student's t.

Three fixed looks that spend 1, 2 and 2 % of error, one-sided: 5 % in all (Bonferroni), however often one looks.
"""
LATER_LOOKS = 5.408
"""After that every further eight blocks are looked at by themselves, since rates may have drifted.

Each spends 0.05 %: a day of them adds 3 %.
"""
MOST = max(LOOKS)
STAY_S = 60.0
"""How long a choice holds at least before it is looked at again."""

TRIAL_AFTER_S = 300.0
"""In turns, both are let train beside each other again after so long, to see whether the rates have drifted."""
DRIFTED_BY = 0.10
"""A lane whose rate alone is that far from what it was measured at calls for a trial at once."""
MOST_PATIENCE = 12
"""Each trial that ends in turns again doubles the time to the next, up to so many times: trials cost what they find."""
WORTH_S = 120.0
"""No trial where a lane has less than this left: it would cost more than it could find."""
TRIAL_MOST_S = 1200.0
"""A trial that finds nothing for so long, as every block is disturbed, is over."""


class Adaptive:
    """Begins together; changes its mind only at a fixed look, beyond the interval, and not again for a minute.

    In turns the lane with less left trains first. From time to time, or when rates drift, the lanes are tried together
    anew; unless that is then found faster they go back to turns.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._policy: SharingPolicy = Together(limits)
        self._chosen_at_s = 0.0
        self._on_trial = False
        self._patience = 1
        self._looked_at = 0
        """How many blocks of this choice the newest look was at."""
        self.in_turns = False
        """Whether one lane waits for the other now."""

    def decide(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> tuple[Action, ...]:
        """As the way of sharing does that is chosen now."""
        return self._policy.decide(lanes, now_s)

    @property
    def since_s(self) -> float:
        """Since when the present choice holds: only blocks of that time speak for the next."""
        return self._chosen_at_s

    def look(self, stps: Sequence[float], left_alone_s: Mapping[Lane, float], now_s: float) -> Decided | None:
        """Look at the blocks since the last choice; what was decided where that changes something.

        Args:
            stps: of the blocks since the present choice, oldest first.
            left_alone_s: what each lane has still to train, alone.
            now_s: seconds since the run began.
        """
        quantile = _quantile(len(stps), self._looked_at)
        if quantile is None or self.in_turns:
            return None
        if self._chosen_at_s and not self._on_trial and now_s - self._chosen_at_s < STAY_S:
            return None
        self._looked_at = len(stps)
        stps = stps[-MOST:]
        value, low, high = bounds(stps, quantile)
        told = (
            f"throughput together {value:.2f} of taking turns ({low:.2f} to {high:.2f}, {len(stps)} blocks)"
        )
        if high < 1.0 or (self._on_trial and low <= 1.0 and len(stps) == MOST):
            first = self._take_turns(left_alone_s, now_s)
            because = f"{told}: lane {first.upper()} trains first, it has less left"
            return Decided(now_s, "turns", because, value, (low, high), len(stps), first)
        if self._on_trial and low > 1.0:
            self._on_trial = False
            self._patience = 1
            return Decided(now_s, "together", told, value, (low, high), len(stps))
        return None

    def try_together(
        self, left_alone_s: Mapping[Lane, float], now_s: float, *, drift: float
    ) -> Decided | None:
        """In turns: whether it is time to try both beside each other again, and why.

        Args:
            left_alone_s: what each lane has still to train, alone.
            now_s: seconds since the run began.
            drift: how far the rate of the lane that trains is from what it was measured at, as a share.
        """
        if not self.in_turns or len(left_alone_s) < len(LANES) or min(left_alone_s.values()) < WORTH_S:
            return None
        for_s = now_s - self._chosen_at_s
        drifted = drift > DRIFTED_BY and for_s >= STAY_S * self._patience
        if not drifted and for_s < TRIAL_AFTER_S * self._patience:
            return None
        why = f"rates drifted by {drift:.0%}" if drifted else f"{for_s / 60:.0f} min in turns"
        self._choose(Together(self._limits), now_s, in_turns=False)
        self._on_trial = True
        return Decided(now_s, "together", f"a trial, after {why}")

    def give_up_trial(self, left_alone_s: Mapping[Lane, float], now_s: float) -> Decided | None:
        """Back to turns where a trial has found nothing for long."""
        for_s = now_s - self._chosen_at_s
        if not self._on_trial or for_s < TRIAL_MOST_S:
            return None
        first = self._take_turns(left_alone_s, now_s)
        found = f"the trial found nothing in {for_s / 60:.0f} min"
        because = f"{found}: lane {first.upper()} trains first, it has less left"
        return Decided(now_s, "turns", because, first=first)

    def _take_turns(self, left_alone_s: Mapping[Lane, float], now_s: float) -> Lane:
        if self._on_trial:
            self._patience = min(2 * self._patience, MOST_PATIENCE)
        first = min(LANES, key=lambda lane: left_alone_s.get(lane, math.inf))
        self._choose(Sequential(self._limits, first), now_s, in_turns=True)
        return first

    def _choose(self, policy: SharingPolicy, now_s: float, *, in_turns: bool) -> None:
        self._policy, self._chosen_at_s, self.in_turns, self._on_trial = policy, now_s, in_turns, False
        self._looked_at = 0


def _quantile(blocks: int, looked_at: int) -> float | None:
    """With which quantile to look at so many blocks; None where no further look is due.

    Blocks that are disturbed do not count, and several may come to count at once: a look that was passed is taken late.
    """
    due = max((look for look in LOOKS if look <= blocks), default=0)
    if looked_at < due:
        return LOOKS[due]
    return LATER_LOOKS if looked_at >= MOST and blocks // MOST > looked_at // MOST else None


def bounds(ratios: Sequence[float], quantile: float) -> tuple[float, float, float]:
    """The geometric mean of ratios, and what lies `quantile` standard errors of its logarithm below and above."""
    logs = [math.log(ratio) for ratio in ratios]
    mean = sum(logs) / len(logs)
    deviation = math.sqrt(sum((one - mean) ** 2 for one in logs) / (len(logs) - 1))
    half = quantile * deviation / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)
