"""A curve in bounded memory that keeps its spikes."""

from __future__ import annotations

import math
from dataclasses import dataclass

CAPACITY = 2000


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A curve at one moment: parallel columns, ordered by time. Every value is finite.

    `low[i]`..`high[i]` is the range of what bucket i merged, so a single-step spike stays visible.
    """

    t: tuple[float, ...] = ()
    step: tuple[int, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.t)


class Series:
    """Appends points; past its capacity it merges neighbours pairwise and keeps their minimum and maximum.

    Each append costs amortised constant time, and no more than `capacity` points are ever held.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = max(
            2, capacity // 2 * 2
        )  # even: neighbours are merged in pairs, and none is left over
        self._per_bucket = 1
        self._pending = 0
        self._t: list[float] = []
        self._step: list[int] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def append(
        self, t: float, value: float, *, step: int = 0, low: float | None = None, high: float | None = None
    ) -> None:
        """Add a point; `low` and `high` where it stands for several. Values that are not finite are left out."""
        low = value if low is None else low
        high = value if high is None else high
        if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(t)):
            return
        if self._pending and self._t:
            self._extend_last(t, step, low, high)
        else:
            self._t.append(t)
            self._step.append(step)
            self._low.append(low)
            self._high.append(high)
        self._pending = (self._pending + 1) % self._per_bucket
        if len(self._t) >= self._capacity and not self._pending:
            self._halve()

    def view(self) -> SeriesView:
        """The curve as it stands."""
        return SeriesView(tuple(self._t), tuple(self._step), tuple(self._low), tuple(self._high))

    def _extend_last(self, t: float, step: int, low: float, high: float) -> None:
        self._t[-1] = t
        self._step[-1] = step
        self._low[-1] = min(self._low[-1], low)
        self._high[-1] = max(self._high[-1], high)

    def _halve(self) -> None:
        self._low = [min(pair) for pair in zip(self._low[::2], self._low[1::2], strict=True)]
        self._high = [max(pair) for pair in zip(self._high[::2], self._high[1::2], strict=True)]
        self._t = self._t[1::2]
        self._step = self._step[1::2]
        self._per_bucket *= 2
