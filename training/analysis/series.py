"""A curve in bounded memory that keeps its spikes."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass

CAPACITY = 1400
"""With the newest points no more than two thousand, however long a run is: what is drawn costs by the point."""
KEPT_NEWEST = 600
"""So many of the newest points stay as they came: whoever looks at the last minutes of a day sees each of them."""


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

    def at(self, t: float) -> tuple[float, float] | None:
        """The range of values at a time; None before the curve's beginning and after its end."""
        index = bisect_left(self.t, t)
        if index == len(self.t) or (index == 0 and t < self.t[0]):
            return None
        return self.low[index], self.high[index]


class Series:
    """Appends points; past its capacity it merges neighbours pairwise and keeps their minimum and maximum.

    Each append costs amortised constant time, and no more than `capacity` points and the newest ones are ever held.
    """

    def __init__(self, capacity: int = CAPACITY, newest: int = KEPT_NEWEST) -> None:
        self._capacity = max(
            2, capacity // 2 * 2
        )  # even: neighbours are merged in pairs, and none is left over
        self._per_bucket = 1
        self._pending = 0
        self._t: list[float] = []
        self._step: list[int] = []
        self._low: list[float] = []
        self._high: list[float] = []
        newest = max(1, newest)
        self._new_t: deque[float] = deque(maxlen=newest)
        self._new_step: deque[int] = deque(maxlen=newest)
        self._new_low: deque[float] = deque(maxlen=newest)
        self._new_high: deque[float] = deque(maxlen=newest)

    def append(
        self, t: float, value: float, *, step: int = 0, low: float | None = None, high: float | None = None
    ) -> None:
        """Add a point; `low` and `high` where it stands for several. Values that are not finite are left out."""
        low = value if low is None else low
        high = value if high is None else high
        if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(t)):
            return
        self._new_t.append(t)
        self._new_step.append(step)
        self._new_low.append(low)
        self._new_high.append(high)
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
        """The curve as it stands: merged buckets, and after them the newest points."""
        if self._per_bucket == 1:
            return SeriesView(tuple(self._t), tuple(self._step), tuple(self._low), tuple(self._high))
        t, step = tuple(self._new_t), tuple(self._new_step)
        older = bisect_left(self._t, t[0])
        # The bucket that reaches into the newest may have merged a spike of before them: it stands at their beginning.
        reaches = slice(older, older + 1)
        reached = len(self._t[reaches])
        return SeriesView(
            (*self._t[:older], *t[:reached], *t),
            (*self._step[:older], *step[:reached], *step),
            (*self._low[:older], *self._low[reaches], *self._new_low),
            (*self._high[:older], *self._high[reaches], *self._new_high),
        )

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
