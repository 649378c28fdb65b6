"""Intervals of a ratio, from repeated measurements of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 3
"""With fewer measurements no interval is given."""

# The 97.5th percentile of Student's t by degrees of freedom (R: qt(0.975, df)).
_T_975 = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Estimate:
    """A ratio: its geometric mean, and the interval around it; None where there are too few measurements."""

    value: float
    interval: tuple[float, float] | None
    count: int


def t_quantile_975(degrees: int) -> float:
    """The 97.5th percentile of Student's t; beyond 30 degrees by Cornish and Fisher's expansion."""
    if degrees <= len(_T_975):
        return _T_975[degrees - 1]
    z = 1.959964
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def ratio_estimate(ratios: Sequence[float]) -> Estimate | None:
    """The geometric mean of positive ratios, with a 95 % t interval of their logarithms.

    Each ratio is one block or one launch, never a step: steps are not independent.
    """
    if not ratios:
        return None
    logs = [math.log(ratio) for ratio in ratios]
    count = len(logs)
    mean = sum(logs) / count
    if count < FEWEST:
        return Estimate(math.exp(mean), None, count)
    deviation = math.sqrt(sum((one - mean) ** 2 for one in logs) / (count - 1))
    half = t_quantile_975(count - 1) * deviation / math.sqrt(count)
    return Estimate(math.exp(mean), (math.exp(mean - half), math.exp(mean + half)), count)
