"""A training's steps: noted as they end, summed up when somebody asks."""

import collections
import threading
import time
from operator import itemgetter
from typing import Any, Deque, List, Optional, Tuple

from .epoch_count import EpochCount
from .span import Span

Ended = Tuple[int, float, Any]
"""The index of a batch's last step, when it ended, Keras's running loss."""

PATIENCE_S = 2.0
"""How long a batch may go untold once the device is idle: a thread that has only to be woken, on a busy machine."""
SHORT_PATIENCE_S = 0.05
"""The same once one was never told: a batch begins also where the data turn out to be at their end."""


class StepCount:
    """Counts steps and samples at next to no cost between two records.

    Beside a step of twenty milliseconds every line of ours runs from cold caches, so that a hook of a few microseconds
    takes tens. Hence a batch's end is only noted, in `ended`, and all that have ended are summed up together; the
    other attributes are as of the last `sum_up`.

    All but `ended`, `is_told_elsewhere` and `wake` belongs to the training's own thread.
    """

    def __init__(self, batch_size: Optional[int], samples_per_epoch: Optional[int]) -> None:
        self.ended: Deque[Ended] = collections.deque()
        """Batches not summed up yet; another thread may add to it at any moment."""
        self.begun = -1
        """The index of the batch that began last in this epoch."""
        self.is_told_elsewhere = False
        """Whether Keras tells of ended batches in threads of its own, in any order and some steps late."""
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
        self.is_awaited = False
        """Whether the training's thread waits for batches that another tells of."""
        self._more = threading.Event()
        self._patience_s = PATIENCE_S

    def take_sizes(self, batch_size: Optional[int], samples_per_epoch: Optional[int]) -> None:
        """From the next epoch on these hold; None where they are not known."""
        self._batch_size = batch_size
        self._samples_per_epoch = samples_per_epoch

    def begin_epoch(self, now: float, loss_of_each: bool = False) -> None:
        """Begin the epoch's sums; `loss_of_each` where a batch tells its own loss and no mean."""
        self.sum_up()
        self._mark_t = now
        self.begun = -1
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

    def wake(self) -> None:
        """For another thread, once it has noted the end of a batch: go on, where somebody waits for it."""
        if self.is_awaited:
            self._more.set()

    @property
    def untold(self) -> int:
        """How many steps have begun that are not told of yet."""
        self.sum_up()
        return self.begun - self.epoch.last_batch

    def catch_up(self) -> None:
        """Wait for all of them. Where the device is idle it takes no longer than waking a thread."""
        if not self.wait_for(0, self._patience_s):
            self._patience_s = SHORT_PATIENCE_S

    def wait_for(self, untold: int, patience_s: float) -> bool:
        """Wait until no more than so many are not told of; False where that takes longer than the patience."""
        give_up_at = time.monotonic() + patience_s
        self.is_awaited = True  # before looking: what is noted after that wakes us
        try:
            while self.untold > untold:
                left_s = give_up_at - time.monotonic()
                if left_s <= 0:
                    return False
                self._more.wait(left_s)
                self._more.clear()
            return True
        finally:
            self.is_awaited = False

    def sum_up(self) -> None:
        """Take in the batches that have ended."""
        if not self.ended:
            return
        noted = self._noted()
        epoch, span = self.epoch, self.span
        samples_before = epoch.samples
        steps_before = epoch.steps
        in_steps_before_s = epoch.in_steps_s
        if not steps_before:
            self._note_first_steps(noted[0])
        take, loss_of, add = epoch.take_batch, epoch.batch_loss, span.add
        mark_t = self._mark_t
        try:
            for batch, ended_t, running in noted:
                if batch <= epoch.last_batch:
                    continue  # told late: its steps, and its part of the running mean, came with a later batch's
                seconds = ended_t - mark_t
                if seconds >= 0:
                    mark_t = ended_t
                else:
                    seconds = 0.0
                add(take(batch, seconds), seconds, loss_of(running))
        finally:
            self.last_step_t = self._mark_t = mark_t
            self.step += epoch.steps - steps_before
            self.samples += epoch.samples - samples_before
            self.in_steps_s += epoch.in_steps_s - in_steps_before_s

    def _noted(self) -> List[Ended]:
        """What has ended so far, in the order of the batches."""
        noted = [self.ended.popleft() for _ in range(len(self.ended))]
        if self.is_told_elsewhere:
            noted.sort(key=itemgetter(0))
        return noted

    def _note_first_steps(self, first: Ended) -> None:
        batch, now, _ = first
        seconds = now - self._mark_t
        for sums in (self, self.span):
            sums.first_steps += batch + 1
            sums.first_steps_s += seconds
