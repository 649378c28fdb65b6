"""What one epoch has seen so far."""

import math
from typing import Any, Optional


class EpochCount:
    """Counts an epoch's steps and samples, and takes single batches' losses out of Keras's running mean.

    Where the batches' size is not known no samples are counted, and every batch is taken to weigh the same.
    """

    def __init__(
        self,
        began_t: float,
        batch_size: Optional[int],
        samples_per_epoch: Optional[int],
        loss_of_each: bool = False,
    ) -> None:
        """`samples_per_epoch` is None where only batches are counted.

        With `loss_of_each` what is told after a batch is that batch's own loss, and no mean.
        """
        self.began_t = began_t
        self.steps = 0
        self.in_steps_s = 0.0
        self.stood_still_s = 0.0
        self._knows_samples = batch_size is not None
        self._batch_size = batch_size or 1
        self._samples_per_epoch = math.inf if samples_per_epoch is None else samples_per_epoch
        self._loss_of_each = loss_of_each
        self._last_batch = -1
        self._weight = 0
        """Samples so far, or batches where only these can be counted."""
        self._weight_before = 0
        """What it was when the running mean was known last."""
        self._running_before = 0.0

    @property
    def samples(self) -> int:
        """Samples so far; 0 where the batches' size is not known."""
        return self._weight if self._knows_samples else 0

    def take_batch(self, batch: int, seconds: float) -> int:
        """Count up to the step with index `batch`; returns how many steps that were.

        Keras calls once for several steps where it runs them in one go, hence the difference of indices.
        """
        steps = batch - self._last_batch
        self._last_batch = batch
        self.steps += steps
        self.in_steps_s += seconds
        self._weight = int(min(self._weight + steps * self._batch_size, self._samples_per_epoch))
        return steps

    @property
    def last_batch(self) -> int:
        """The index of the last step counted; -1 before the first."""
        return self._last_batch

    def batch_loss(self, running: Any) -> Optional[float]:
        """The mean loss of the batches since the last call that knew the running mean: mostly of one.

        From the sample-weighted mean: (n·m_n − k·m_k) / (n − k).
        """
        if not isinstance(running, (int, float)):
            return None
        weight_before, before = self._weight_before, self._running_before
        self._weight_before, self._running_before = self._weight, float(running)
        taken = self._weight - weight_before
        if self._loss_of_each:
            return self._running_before
        if taken <= 0:
            return None
        return (self._weight * self._running_before - weight_before * before) / taken

    def outside_s(self, now: float) -> float:
        """Seconds since the epoch began that were neither a step's nor spent standing still."""
        return max(0.0, self.seconds(now) - self.in_steps_s)

    def seconds(self, now: float) -> float:
        """Seconds since the epoch began, standing still left out."""
        return now - self.began_t - self.stood_still_s
