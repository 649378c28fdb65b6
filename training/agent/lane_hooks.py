"""What a training tells while Keras runs it: a mixin for a Keras callback.

Costs a step one clock reading and one note; ten times a second at most it is looked at what the notes add up to, and
the record of it is made in the emitter's thread.
Nothing here raises into `fit`, waits for a disk, or converts a tensor that Keras has not converted already.
How that holds where Keras runs ahead is told in asynchronous.py.
"""

import math
from functools import partial
from threading import get_ident
from typing import Any, Dict, Optional

from .asynchronous import Asynchronous
from .emitter import Emitter
from .gate import Gate
from .lane_plan import LaneHooksPlan
from .logs import epoch_line, plain_numbers
from .never_raises import never_raises, what_failed
from .span import Span

LONG_VALIDATION_S = 0.5
"""A validation that takes longer is told when it begins, not only when it is over."""
FAST_PERIOD_S = 0.1
SLOW_PERIOD_S = 0.5
FAST_FOR_S = 600.0
FRAMEWORK_MEMORY_PERIOD_S = 1.0


class LaneHooks(Asynchronous):
    """The hooks of one lane; mix in before the framework's callback class."""

    async_safe = True
    """Keras need not wait for these hooks: told by other threads of a batch's end, they only note it."""

    def __init__(self, emitter: Emitter, gate: Gate, plan: LaneHooksPlan) -> None:
        super().__init__(emitter, gate, plan)
        self.epoch = 0
        self.epochs_done = 0
        self.ran_dry = ""
        """What an epoch had whose data ended too soon; empty where none did."""
        self._now = emitter.now
        self._began_t = emitter.now()
        self._nonfinite_seen = False
        self._next_record_t = 0.0
        self._next_memory_t = 0.0
        self._ended = self._count.ended

    @property
    def last_step_t(self) -> Optional[float]:
        """When the last step ended."""
        self._count.sum_up()
        return self._count.last_step_t

    # Keras calls these ------------------------------------------------------------------------------------------

    @never_raises
    def on_train_begin(self, logs: Any = None) -> None:
        """Take the time from which warm-up counts."""
        self._thread = get_ident()
        self._began_t = self._emitter.now()

    @never_raises
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin the epoch's sums."""
        self.epoch = epoch + 1
        self._count.begin_epoch(self._emitter.now())
        self._last_batch = self._plan.stop_at_step - self.step - 1
        ahead = self._most_ahead() if self._count.is_told_elsewhere else math.inf
        self._near_until = min(self._last_batch, ahead)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """The gate: stand here while the lane waits or is paused."""
        if (
            self._gate.attention
            or self._window is not None
            or not self._released
            or batch >= self._near_until
            or self._is_due
        ):
            self._catch_up_before(batch)
            self._before_batch()
        self._count.begun = batch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the batch: `batch` is the index of its last step, right also where Keras runs several steps at once."""
        try:
            now = self._now()
            running = logs.get("loss") if logs else None
            if get_ident() != self._thread:
                self._count.is_told_elsewhere = True
                self._ended.append((batch, now, running))
                self._last_logs = logs
                is_finite = running is None or running - running == 0.0
                if self._count.is_awaited or now >= self._look_t or not is_finite:
                    self._told_elsewhere(now, is_finite)
                return
            self._ended.append((batch, now, running))
            self._last_logs = logs
            if (
                now >= self._look_t
                or batch >= self._last_batch
                or self._gate.attention
                or (isinstance(running, float) and not math.isfinite(running) and not self._nonfinite_seen)
            ):
                self._look(now)
        except Exception:
            self.report_own_failure(what_failed())

    @never_raises
    def on_test_begin(self, logs: Any = None) -> None:
        """A validation begins."""
        self._catch_up_at_end()
        self._validation_t = self._emitter.now()
        self._validation_told = False
        self._write_rest_of_span()

    @never_raises
    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """The gate, inside validation too."""
        if self._gate.attention:
            self._see_to_requests(in_validation=True)
        self._look_at_validation()

    @never_raises
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Leave a validation that is no longer wanted."""
        if get_ident() == self._thread:
            self._look_at_validation()

    @never_raises
    def on_test_end(self, logs: Any = None) -> None:
        """Tell what the validation found, unless it was cut short."""
        if not self._is_ending:
            now = self._emitter.now()
            self._emitter.emit(
                "validation",
                unhurried=True,
                step=self.step,
                epoch=self.epoch,
                seconds=round(now - self._validation_t, 6),
                metrics=plain_numbers(logs or {}),
            )

    @never_raises
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Tell the epoch's mean loss and what it spent outside its steps."""
        self._catch_up_at_end()
        now = self._emitter.now()
        self._write_rest_of_span()
        count = self._count.epoch
        cut_short = self._is_cut_short(count.steps)
        self._end_where_dry(count.steps, cut_short)
        numbers = plain_numbers(logs or {})
        self._emitter.emit(
            "epoch",
            unhurried=True,
            t=now,
            epoch=self.epoch,
            step=self.step,
            samples=self.samples,
            steps=count.steps,
            seconds=round(count.seconds(now), 6),
            outside_s=round(count.outside_s(now), 6),
            loss=numbers.pop("loss", None),
            metrics=numbers,
            partial=cut_short or None,
        )
        self.epochs_done += not cut_short and not self.ran_dry
        if self.reached_limit:
            self._trained.stop_training = True
        self._plan.say(epoch_line(self.epoch, self.step, logs or {}))

    @never_raises
    def on_train_end(self, logs: Any = None) -> None:
        """A lane that ended inside its warm-up still stands at the barrier, so that its end is not before the start."""
        self._end_windows()
        if not self._warm:
            self._note_warm(self._emitter.now())
        if not self._released:
            self._stand_at_barrier()

    # Ours -------------------------------------------------------------------------------------------------------

    @property
    def _is_ending(self) -> bool:
        """Whether a validation is no longer wanted."""
        return bool(self._trained.stop_training)

    def _is_cut_short(self, steps: int) -> bool:
        """Whether an epoch that ends after so many steps is no whole one."""
        expected = self._plan.steps_per_epoch
        return self._is_ending if expected is None else steps < expected

    def _end_where_dry(self, steps: int, cut_short: bool) -> None:
        """Keras would go on with what is left of too few data, or with nothing, epoch after epoch."""
        if self._trained.stop_training or (steps and not cut_short):
            return
        expected = self._plan.steps_per_epoch
        self.ran_dry = "not a single batch" if not steps else f"{steps} of its {expected} steps"
        self._trained.stop_training = True

    def _look_at_validation(self) -> None:
        """Leave it where it is no longer wanted; tell that it takes long."""
        model = self._trained
        if self._gate.stop_reason is not None:
            model.stop_training = True
        if self._is_ending:
            model.stop_evaluating = True
        if not self._validation_told and self._emitter.now() - self._validation_t >= LONG_VALIDATION_S:
            self._validation_told = True
            self._emitter.emit("validating", t=self._validation_t, step=self.step, epoch=self.epoch)

    def _look(self, now: float) -> None:
        """What is due at the end of this batch; ending comes first, so that it does not depend on telling."""
        count = self._count
        count.sum_up()
        step = count.step
        if step >= self._plan.stop_at_step or now >= self._deadline_t:
            self._reach_limit()
        if self._gate.stop_reason is not None:
            self._trained.stop_training = True
        if count.span.nonfinite and not self._nonfinite_seen:
            self._note_nonfinite(now)
        if not self._warm and step >= self._plan.warm_up_steps:
            self._note_warm(now)
        elif now >= self._next_record_t and count.span.steps:
            self._write_progress(now, self._last_logs)
        if now >= self._plan.checkpoints.due_t:
            self._checkpoint()
        self._look_again()

    def _look_again(self) -> None:
        due_t = min(self._next_record_t, self._deadline_t, self._plan.checkpoints.due_t)
        self._look_t = due_t if self._released else 0.0

    def _write_progress(self, now: float, logs: Any) -> None:
        memory = None
        count = self._count
        if now >= self._next_memory_t:
            self._next_memory_t = now + FRAMEWORK_MEMORY_PERIOD_S
            memory = self._plan.framework_memory()
        self._emitter.emit(
            "progress",
            droppable=True,
            late=partial(_progress_fields, count.take_span(), dict(logs or {})),
            t=now,
            step=count.step,
            samples=count.samples,
            epoch=self.epoch,
            epoch_step=count.epoch.steps,
            framework_memory=memory,
            warm_up=None if self._released else True,
            dropped=self._emitter.dropped or None,
        )
        self._next_record_t = now + (FAST_PERIOD_S if now < FAST_FOR_S else SLOW_PERIOD_S)

    def _write_rest_of_span(self) -> None:
        """What is not told yet, stamped with its last step and not with what came after."""
        count = self._count
        count.sum_up()
        if count.span.steps and count.last_step_t is not None:
            self._write_progress(count.last_step_t, self._last_logs)

    def _note_warm(self, now: float) -> None:
        self._warm = True
        self._write_rest_of_span()
        self._emitter.emit("warm", step=self.step, seconds=round(now - self._began_t, 6))

    def _note_nonfinite(self, now: float) -> None:
        self._nonfinite_seen = True
        self._emitter.emit("nonfinite", t=now, step=self.step)
        if self._plan.stop_on_nan:
            self.nan_stop = True
            self._trained.stop_training = True

    def _reach_limit(self) -> None:
        self.reached_limit = "steps" if self.step >= self._plan.stop_at_step else "minutes"
        expected = self._plan.steps_per_epoch
        if self.reached_limit == "minutes" or expected is None or self._count.epoch.steps < expected:
            self._trained.stop_training = True  # at a whole epoch's end only after its validation


def _progress_fields(span: Span, logs: Dict[str, Any]) -> Dict[str, Any]:
    """What takes time to make of a progress record: for the emitter's thread."""
    numbers = plain_numbers(logs)
    fields = span.fields()
    fields["running_loss"] = numbers.pop("loss", None)
    fields["metrics"] = {key: value for key, value in numbers.items() if not key.startswith("val_")}
    return fields
