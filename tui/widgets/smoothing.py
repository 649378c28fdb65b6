"""A noisy curve made calmer, without looking ahead."""

from __future__ import annotations

import math
from collections.abc import Sequence

HALF_LIVES = (0.0, 0.01, 0.03, 0.1)
"""After which share of what is shown a value weighs half: none, little, more, much."""


def smoothed(x: Sequence[float], values: Sequence[float], half_life: float) -> list[float]:
    """The exponentially weighted mean of each value and those before it.

    The weight of a value halves with every `half_life` of x that it lies back, whatever the points' distances are;
    there is no bias towards the first value, since the weights are summed as the values are.

    Args:
        x: ascending.
        values: as many, all finite.
        half_life: in units of x, above zero.
    """
    total = weight = 0.0
    before = x[0] if x else 0.0
    told: list[float] = []
    for at, value in zip(x, values, strict=True):
        decay = math.exp2(-max(0.0, at - before) / half_life)
        total, weight, before = total * decay + value, weight * decay + 1.0, at
        told.append(total / weight)
    return told
