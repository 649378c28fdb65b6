"""Trainings that run ahead of what is told of them: Keras 3 on JAX and PyTorch.

There Keras (`CallbackList`, where the backend says `IS_THREAD_SAFE`) tells of a batch's end in threads of a pool, after
they have waited for the batch's logs and made plain numbers of them: several steps late, in any order, while the
training's own thread has dispatched further batches. So such a thread only notes, and converts nothing, as there is
nothing left to convert; all else is done by the training's own thread at the beginning of a batch, where Keras calls
in that thread on every backend. It costs no more than without us: Keras has that pool wait for the logs of each batch
for its own callbacks as well.
"""

import math
from threading import get_ident
from typing import Any

from .emitter import Emitter
from .gate import Gate
from .lane_plan import LaneHooksPlan
from .never_raises import never_raises
from .standing import Standing

AHEAD_S = 1.0
"""How much of the device's time may be under way."""
FEWEST_AHEAD = 2
"""Steps that may be under way however long they take."""
LONGEST_STEP_S = 60.0
"""A device that takes longer for a step is not waited for."""


class Asynchronous(Standing):
    """What hooks need where the end of a batch may be told by another thread than the training's."""

    model: Any

    def __init__(self, emitter: Emitter, gate: Gate, plan: LaneHooksPlan) -> None:
        super().__init__(emitter, gate, plan)
        self._thread = get_ident()
        """The thread that trains."""
        self._last_logs: Any = None
        self._look_t = 0.0
        """When to look next at what is due; at every batch until the release."""
        self._last_batch = math.inf
        """The batch of this epoch at which the lane has its steps."""
        self._stopped_ahead = False
        """Whether the training was told to stop before that batch, for having its steps after it."""
        self.nan_stop = False
        self.reached_limit = ""
        self._near_until = math.inf
        """The batch of this epoch before which to look how far ahead the training is; the last one at most."""
        self._is_due = False
        """Whether a thread that told of a batch found that it is time to look."""

    def _look(self, now: float) -> None:
        """See to what is due at the end of a batch."""
        raise NotImplementedError

    @property
    def _trained(self) -> Any:
        """The model, to set its flags: on JAX Keras's own `model` brings all of its state back first."""
        model = self.__dict__.get("_model")
        return model if hasattr(model, "jax_state_sync") else self.model

    def _told_elsewhere(self, now: float, is_finite: bool) -> None:
        """In a thread that does not train, after noting: the training's own sees to what is due before its next."""
        self._count.wake()
        if now >= self._look_t or not is_finite:
            self._is_due = True

    @never_raises
    def _catch_up_before(self, batch: int) -> None:
        """Before a batch: what is due of those before it, where their ends were told elsewhere."""
        expected = self._plan.steps_per_epoch
        if self._last_batch <= batch and (expected is None or batch < expected - 1):
            # Now and not at its end: by then Keras may have dispatched the next.
            self._stopped_ahead = self._stopped_ahead or not self._trained.stop_training
            self._trained.stop_training = True
        self._catch_up_with_warm_up()
        if self._count.is_told_elsewhere:
            self._is_due = False
            self._stay_near(batch)
            self._look(self._emitter.now())

    @never_raises
    def _catch_up_at_end(self) -> None:
        """After an epoch's last batch: the same, where there is no batch before which to do it."""
        self._catch_up_with_warm_up()
        if self._count.is_told_elsewhere:
            self._settle()
        if self._stopped_ahead:
            self._take_back_stop()
        if self._count.is_told_elsewhere:
            self._look(self._emitter.now())

    def _take_back_stop(self) -> None:
        """Where the data were at their end instead, a batch begins that never comes: the lane has not its steps yet."""
        self._stopped_ahead = False
        self._count.sum_up()
        is_meant = self._gate.stop_reason is not None or self.nan_stop or self.reached_limit
        if self._count.epoch.last_batch < self._last_batch and not is_meant:
            self._trained.stop_training = False

    def _catch_up_with_warm_up(self) -> None:
        """A warm-up's steps are taken one at a time on every backend; by the first it is known how Keras tells."""
        if not self._released:
            self._settle()

    def _stay_near(self, batch: int) -> None:
        """Before a batch: let a training not run so far ahead of its device that a pause or a stop would come late.

        JAX has 32 steps under way on a CPU. Two are as good to keep a device busy where steps are long, and
        where they are short all of them together take no time.
        """
        most = self._most_ahead()
        self._count.wait_for(most, LONGEST_STEP_S)
        self._near_until = min(self._last_batch, batch + max(1, most - self._count.untold))

    def _most_ahead(self) -> int:
        """How many steps may be under way, by what they took so far, without those in which an epoch was begun."""
        count = self._count
        count.sum_up()
        steps, seconds = count.step - count.first_steps, count.in_steps_s - count.first_steps_s
        known = steps > 0 and seconds > 0
        return max(FEWEST_AHEAD, int(AHEAD_S * steps / seconds)) if known else FEWEST_AHEAD

    def _settle(self) -> None:
        """Wait for the batches that are under way."""
        if self._count.untold > 0:
            self._plan.synchronize()
            self._count.catch_up()
