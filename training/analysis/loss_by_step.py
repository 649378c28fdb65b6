"""A lane's loss by step, in bounded memory, so that two trainings can be laid beside each other."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path

from training.record.lane_records import Progress
from training.record.reader import TailingReader

CAPACITY = 512
MOST_RECORDS = 20_000
"""Two hours of a training; what comes after is not compared."""
MOST_STEPS = 10**12
MOST_LOSS = 1e140
"""What is beyond is damaged, and its square no number."""
RECORDS_A_BUCKET = 4
"""A record tells the mean of its steps: only where a bucket holds several does it not matter where they are cut."""
NEARLY_ALL = 0.5
"""A bucket is known where so much of it was told."""


class LossBySteps:
    """Takes progress records in order; every bucket is of `width` steps, a power of two, and begins at a multiple."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._width = 1
        self._sums: dict[int, float] = {}
        self._weights: dict[int, float] = {}
        self._records = 0
        self._steps = 0
        self._last_step = 0

    def take(self, record: Progress) -> None:
        """Take in a record; one without a loss, or of steps that were told already, is left out."""
        began = record.step - record.steps
        if record.loss is None or record.steps <= 0 or began < self._last_step or record.step > MOST_STEPS:
            return
        if not abs(record.loss) <= MOST_LOSS:
            return
        self._last_step = record.step
        self._records += 1
        self._steps += record.steps
        while record.step > self._capacity * self._width:
            self._widen()
        for index in range(began // self._width, (record.step - 1) // self._width + 1):
            begins, ends = index * self._width, (index + 1) * self._width
            weight = float(min(ends, record.step) - max(begins, began))
            self._sums[index] = self._sums.get(index, 0.0) + record.loss * weight
            self._weights[index] = self._weights.get(index, 0.0) + weight

    @property
    def least_width(self) -> int:
        """The narrowest buckets it can be told in."""
        if not self._records or self._steps == self._records:  # each step has a record of its own
            return self._width
        wanted = RECORDS_A_BUCKET * self._steps / self._records
        return max(self._width, 1 << math.ceil(math.log2(wanted)))

    def means(self, width: int) -> dict[int, float]:
        """The mean loss of each bucket that is known, by the step at which it ends.

        Args:
            width: a power of two, at least `least_width`.
        """
        sums: dict[int, float] = {}
        weights: dict[int, float] = {}
        for index, weight in self._weights.items():
            wider = index * self._width // width
            sums[wider] = sums.get(wider, 0.0) + self._sums[index]
            weights[wider] = weights.get(wider, 0.0) + weight
        return {
            (index + 1) * width: sums[index] / weight
            for index, weight in sorted(weights.items())
            if weight >= NEARLY_ALL * width
        }

    def _widen(self) -> None:
        self._width *= 2
        for bins in (self._sums, self._weights):
            wider: dict[int, float] = {}
            for index, value in bins.items():
                wider[index // 2] = wider.get(index // 2, 0.0) + value
            bins.clear()
            bins.update(wider)


def read_loss_by_steps(path: Path) -> LossBySteps:
    """Read a lane's records, at most the first twenty thousand that tell of progress."""
    loss = LossBySteps()
    reader: TailingReader[Progress] = TailingReader(path, Progress)
    for record in islice(reader.read_new(), MOST_RECORDS):
        loss.take(record)
    return loss
