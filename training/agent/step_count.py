"""A training's steps: noted as they end, summed up when somebody asks."""

from typing import Any, List, Optional, Tuple

from .epoch_count import EpochCount
from .span import Span


class StepCount:
    """Counts steps and samples at next to no cost between two records.

    Beside a step of twenty milliseconds every line of ours runs from cold caches, so that a hook of a few microseconds
    takes tens. Hence a batch's end is only noted, in `ended`, and all that have ended are summed up together; the
    other attributes are as of the last `sum_up`.
    """

    def __init__(self, batch_size: Optional[int], samples_per_epoch: Optional[int]) -> None:
        self.ended: List[Tuple[int, float, Any]] = []
        """Batches not summed up yet: the index of the batch's last step, when it ended, Keras's running loss."""
        self.step = 0
        self.samples = 0
        self.in_steps_s = 0.0
        """What all steps took so far, standing still and epoch ends left out."""
        self.first_steps = 0
        """How many of them began an epoch."""
        self.first_steps_s = 0.0
        """What these took: the data pipeline is started anew in them."""
        self.epochs_begun = 0
        self.epoch = EpochCount(0.0, batch_size, samples_per_epoch)
        """The epoch that runs or has just ended."""
        self.span = Span()
        """The steps that no record tells yet."""
        self.last_step_t: Optional[float] = None
        self._batch_size = batch_size
        self._samples_per_epoch = samples_per_epoch
        self._mark_t = 0.0

    def take_sizes(self, batch_size: Optional[int], samples_per_epoch: Optional[int]) -> None:
        """From the next epoch on these hold; None where they are not known."""
        self._batch_size = batch_size
        self._samples_per_epoch = samples_per_epoch

    def begin_epoch(self, now: float, loss_of_each: bool = False) -> None:
        """Begin the epoch's sums; `loss_of_each` where a batch tells its own loss and no mean."""
        self.sum_up()
        self._mark_t = now
        self.epochs_begun += 1
        self.epoch = EpochCount(now, self._batch_size, self._samples_per_epoch, loss_of_each)

    def take_span(self) -> Span:
        """The steps since the last call, for the caller alone."""
        span, self.span = self.span, Span()
        return span

    def stood_still(self, seconds: float) -> None:
        """Time at a gate is neither a step's nor the epoch's."""
        self.outside_steps(seconds)
        self.epoch.stood_still_s += seconds

    def outside_steps(self, seconds: float) -> None:
        """Time that just went by is no step's."""
        self.sum_up()
        self._mark_t += seconds

    def since_last_step_s(self, now: float) -> float:
        """How much of the step that begins at `now` went by before: since the last step, or since the epoch began."""
        self.sum_up()
        return now - self._mark_t

    def sum_up(self) -> None:
        """Take in the batches that have ended."""
        if not self.ended:
            return
        epoch, span = self.epoch, self.span
        samples_before = epoch.samples
        steps_before = epoch.steps
        in_steps_before_s = epoch.in_steps_s
        if not steps_before:
            self._note_first_steps()
        try:
            for batch, now, running in self.ended:
                seconds = now - self._mark_t
                self._mark_t = now
                span.add(epoch.take_batch(batch, seconds), seconds, epoch.batch_loss(running))
        finally:
            self.last_step_t = self._mark_t
            self.ended.clear()
            self.step += epoch.steps - steps_before
            self.samples += epoch.samples - samples_before
            self.in_steps_s += epoch.in_steps_s - in_steps_before_s

    def _note_first_steps(self) -> None:
        batch, now, _ = self.ended[0]
        seconds = now - self._mark_t
        for sums in (self, self.span):
            sums.first_steps += batch + 1
            sums.first_steps_s += seconds
