"""What one epoch has seen so far."""

import math
from typing import Any, Optional


class EpochCount:
    """Counts an epoch's steps and samples, and takes single batches' losses out of Keras's running mean.

    Called for each batch, of which there may be ten thousand a second: it calls nothing itself.
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
        self.last_batch = -1
        """The index of the last step counted; -1 before the first."""
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
        steps = batch - self.last_batch
        self.last_batch = batch
        self.steps += steps
        self.in_steps_s += seconds
        weight = self._weight + steps * self._batch_size
        self._weight = weight if weight <= self._samples_per_epoch else int(self._samples_per_epoch)
        return steps

    def batch_loss(self, running: Any) -> Optional[float]:
        """The mean loss of the batches since the last call that knew the running mean: mostly of one.

        From the sample-weighted mean: (n·m_n − k·m_k) / (n − k).
        """
        if type(running) is not float:
            if not isinstance(running, (int, float)):
                return None
            running = float(running)
        weight, weight_before, before = self._weight, self._weight_before, self._running_before
        self._weight_before, self._running_before = weight, running
        if self._loss_of_each:
            return running  # type: ignore[no-any-return]
        taken = weight - weight_before
        if taken <= 0:
            return None
        return (weight * running - weight_before * before) / taken  # type: ignore[no-any-return]

    def outside_s(self, now: float) -> float:
        """Seconds since the epoch began that were neither a step's nor spent standing still."""
        return max(0.0, self.seconds(now) - self.in_steps_s)

    def seconds(self, now: float) -> float:
        """Seconds since the epoch began, standing still left out."""
        return now - self.began_t - self.stood_still_s
