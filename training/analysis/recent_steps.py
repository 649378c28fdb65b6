"""The last minute of a lane's training: its rate, and step times that do not jump from record to record."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from training.record.lane_records import Progress

RATE_SPAN_S = 60.0
KEPT_RECORDS = 1200
"""Two minutes at ten records a second: a bound for records that tell no time."""


class RecentSteps:
    """Keeps the progress records of the last minute of training; standing still does not age them.

    The rate is of real progress: what an epoch spends outside its steps (validation, checkpoints) is in it, as it is
    in a report's `steps_per_s`, so that what is left can be told from it.
    """

    def __init__(self) -> None:
        self._records: deque[tuple[float, Progress]] = deque(maxlen=KEPT_RECORDS)
        """Each with its time on a clock that stands while the lane does."""
        self._stood_still_s = 0.0

    def released(self, t: float, step: int, samples: int) -> None:
        """Training begins here: the first rate is counted from this moment."""
        self._records.clear()
        start = Progress(t=t, step=step, samples=samples, epoch=1, epoch_step=0, steps=0, span_s=0.0)
        self._records.append((t - self._stood_still_s, start))

    def stood_still(self, seconds: float) -> None:
        """The lane was paused for so long."""
        self._stood_still_s += seconds

    def add(self, record: Progress) -> None:
        """Take one record; warm-up steps are left out."""
        if record.warm_up:
            return
        self._records.append((record.t - self._stood_still_s, record))
        while len(self._records) > 2 and self._records[-1][0] - self._records[1][0] >= RATE_SPAN_S:
            self._records.popleft()

    @property
    def steps_per_s(self) -> float | None:
        """Steps a second of training; None before there are two moments to tell it from."""
        return self._per_s(lambda record: record.step)

    @property
    def samples_per_s(self) -> float | None:
        """Samples a second of training; None also where nobody knows how many a batch has."""
        if self._records and not self._records[-1][1].samples:
            return None
        return self._per_s(lambda record: record.samples)

    @property
    def step_p50_s(self) -> float | None:
        """The median step: the median of the records' medians, each weighing its steps."""
        return _weighted_quantile(((record.step_p50_s, record.steps) for _, record in self._records), 0.5)

    @property
    def step_p99_s(self) -> float | None:
        """The slow steps: the 99th percentile of the records' 99th percentiles, an upper estimate."""
        return _weighted_quantile(((record.step_p99_s, record.steps) for _, record in self._records), 0.99)

    def _per_s(self, count: Callable[[Progress], int]) -> float | None:
        if len(self._records) < 2:
            return None
        (first_s, first), (last_s, last) = self._records[0], self._records[-1]
        return (count(last) - count(first)) / (last_s - first_s) if last_s > first_s else None


def _weighted_quantile(pairs: Iterable[tuple[float | None, int]], share: float) -> float | None:
    known = sorted((value, weight) for value, weight in pairs if value is not None)
    target = share * sum(weight for _, weight in known)
    passed = 0
    for value, weight in known:
        passed += weight
        if passed >= target:
            return value
    return None
