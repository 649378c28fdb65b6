"""The last half minute of a lane's steps: rates and step-time quantiles that do not jump from record to record."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from training.record.lane_records import Progress

RATE_SPAN_S = 30.0


class RecentSteps:
    """Keeps the progress records of the last half minute spent in steps; standing still does not age them."""

    def __init__(self) -> None:
        self._records: deque[tuple[Progress, int]] = deque()
        """Each with the samples it added."""
        self._seconds = 0.0
        self._steps = 0
        self._samples = 0
        self._samples_before = 0

    def add(self, record: Progress) -> None:
        """Take one record; warm-up steps are left out."""
        added = max(0, record.samples - self._samples_before)
        self._samples_before = record.samples
        if record.warm_up:
            return
        self._records.append((record, added))
        self._count(record, added, 1)
        while len(self._records) > 2 and self._seconds - self._records[0][0].span_s > RATE_SPAN_S:
            self._count(*self._records.popleft(), -1)

    @property
    def steps_per_s(self) -> float | None:
        """Steps a second of training; None before the first."""
        return self._steps / self._seconds if self._seconds > 0 and self._records else None

    @property
    def samples_per_s(self) -> float | None:
        """Samples a second of training; None before the first."""
        return self._samples / self._seconds if self._seconds > 0 and self._records else None

    @property
    def step_p50_s(self) -> float | None:
        """The median step: the median of the records' medians, each weighing its steps."""
        return _weighted_quantile(((r.step_p50_s, r.steps) for r, _ in self._records), 0.5)

    @property
    def step_p99_s(self) -> float | None:
        """The slow steps: the 99th percentile of the records' 99th percentiles, an upper estimate."""
        return _weighted_quantile(((r.step_p99_s, r.steps) for r, _ in self._records), 0.99)

    def _count(self, record: Progress, samples: int, sign: int) -> None:
        self._seconds += sign * record.span_s
        self._steps += sign * record.steps
        self._samples += sign * samples


def _weighted_quantile(pairs: Iterable[tuple[float | None, int]], share: float) -> float | None:
    known = sorted((value, weight) for value, weight in pairs if value is not None)
    target = share * sum(weight for _, weight in known)
    passed = 0
    for value, weight in known:
        passed += weight
        if passed >= target:
            return value
    return None
