"""What one epoch has seen so far."""

from typing import Any, Optional


class EpochCount:
    """Counts an epoch's steps and samples, and takes single batches' losses out of Keras's running mean."""

    def __init__(self, began_t: float, batch_size: int, samples_per_epoch: Optional[int]) -> None:
        """`samples_per_epoch` is None where only batches are counted."""
        self.began_t = began_t
        self.steps = 0
        self.samples = 0
        self.in_steps_s = 0.0
        self.stood_still_s = 0.0
        self._batch_size = batch_size
        self._samples_per_epoch = samples_per_epoch
        self._last_batch = -1
        self._samples_before = 0
        self._running_before = 0.0

    def take_batch(self, batch: int, seconds: float) -> int:
        """Count up to the step with index `batch`; returns how many steps that were.

        Keras calls once for several steps where it runs them in one go, hence the difference of indices.
        """
        steps = batch - self._last_batch
        self._last_batch = batch
        self.steps += steps
        self.in_steps_s += seconds
        self._samples_before = self.samples
        self.samples += steps * self._batch_size
        if self._samples_per_epoch is not None:
            self.samples = min(self.samples, self._samples_per_epoch)
        return steps

    @property
    def last_batch(self) -> int:
        """The index of the last step counted; -1 before the first."""
        return self._last_batch

    @property
    def samples_taken(self) -> int:
        """Samples of the batch taken last; the last of an epoch may be smaller."""
        return self.samples - self._samples_before

    def batch_loss(self, running: Any) -> Optional[float]:
        """The loss of the batch taken last, from the sample-weighted running mean: (n·m_n − k·m_k) / (n − k)."""
        if not isinstance(running, (int, float)):
            return None
        before = self._running_before
        self._running_before = float(running)
        if self.samples_taken <= 0:
            return None
        return (self.samples * self._running_before - self._samples_before * before) / self.samples_taken

    def outside_s(self, now: float) -> float:
        """Seconds since the epoch began that were neither a step's nor spent standing still."""
        return max(0.0, self.seconds(now) - self.in_steps_s)

    def seconds(self, now: float) -> float:
        """Seconds since the epoch began, standing still left out."""
        return now - self.began_t - self.stood_still_s
