"""When both lanes trained beside each other: spans that touch, as one."""

from __future__ import annotations

from bisect import bisect_right

from training.record.contention_records import SharedSpan

GAP_S = 1.0
"""Spans follow each other within moments where only a new one was begun; a probe between them takes longer."""
KEPT = 1000


class SharedTime:
    """Takes shared spans in order; knows of any time whether both trained all through it.

    Memory is bounded: only the newest stretches are kept.
    """

    def __init__(self) -> None:
        self._began: list[float] = []
        self._ended: list[float] = []
        self.version = 0
        """Changes with every span that is taken."""

    def take(self, record: SharedSpan) -> None:
        """Take in a span; one that does not follow the last in time is left out."""
        if record.t1 <= record.t0 or (self._ended and record.t0 < self._began[-1]):
            return
        self.version += 1
        if self._ended and record.t0 - self._ended[-1] <= GAP_S:
            self._ended[-1] = max(self._ended[-1], record.t1)
            return
        self._began.append(record.t0)
        self._ended.append(record.t1)
        del self._began[:-KEPT], self._ended[:-KEPT]

    def holds(self, since_t: float, until_t: float) -> bool:
        """Whether both trained all the time between."""
        index = bisect_right(self._began, since_t) - 1
        return index >= 0 and until_t <= self._ended[index]

    def forget(self) -> None:
        """The pair is another now."""
        self._began.clear()
        self._ended.clear()
        self.version += 1
