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
STAY_S = 60.0
"""How long a choice holds at least before it is looked at again."""


class Adaptive:
    """Begins together; changes its mind only at a fixed look, beyond the interval, and not again for a minute.

    In turns the lane with less left trains first, so that the whole ends no later whatever is decided next.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._policy: SharingPolicy = Together(limits)
        self._chosen_at_s = 0.0
        self.in_turns = False

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
        quantile = LOOKS.get(len(stps))
        if quantile is None or (self._chosen_at_s and now_s - self._chosen_at_s < STAY_S):
            return None
        value, low, high = bounds(stps, quantile)
        told = (
            f"throughput together {value:.2f} of taking turns ({low:.2f} to {high:.2f}, {len(stps)} blocks)"
        )
        if not self.in_turns and high < 1.0:
            first = min(LANES, key=lambda lane: left_alone_s.get(lane, math.inf))
            self._choose(Sequential(self._limits, first), now_s, in_turns=True)
            because = f"{told}: lane {first.upper()} trains first, it has less left"
            return Decided(now_s, "turns", because, value, (low, high), len(stps), first)
        if self.in_turns and low > 1.0:
            self._choose(Together(self._limits), now_s, in_turns=False)
            return Decided(now_s, "together", told, value, (low, high), len(stps))
        return None

    def _choose(self, policy: SharingPolicy, now_s: float, *, in_turns: bool) -> None:
        self._policy, self._chosen_at_s, self.in_turns = policy, now_s, in_turns


def bounds(ratios: Sequence[float], quantile: float) -> tuple[float, float, float]:
    """The geometric mean of ratios, and what lies `quantile` standard errors of its logarithm below and above."""
    logs = [math.log(ratio) for ratio in ratios]
    mean = sum(logs) / len(logs)
    deviation = math.sqrt(sum((one - mean) ** 2 for one in logs) / (len(logs) - 1))
    half = quantile * deviation / math.sqrt(len(logs))
    return math.exp(mean), math.exp(mean - half), math.exp(mean + half)
