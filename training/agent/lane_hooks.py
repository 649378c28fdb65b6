"""What a training tells while Keras runs it: a mixin for a Keras callback.

Costs a few microseconds a step: one clock reading, a few additions, and a record ten times a second at most.
Nothing here raises into `fit`, waits for a disk, or converts a tensor that Keras has not converted already.
"""

import math
from typing import Any, Optional

from .emitter import Emitter
from .epoch_count import EpochCount
from .gate import Gate
from .lane_plan import LaneHooksPlan
from .logs import epoch_line, plain_numbers
from .never_raises import never_raises
from .span import Span
from .window import WindowTimer

WARM_UP_STEPS = 3
FAST_PERIOD_S = 0.1
SLOW_PERIOD_S = 0.5
FAST_FOR_S = 600.0
FRAMEWORK_MEMORY_PERIOD_S = 1.0


class LaneHooks:
    """The hooks of one lane; mix in before the framework's callback class."""

    model: Any
    async_safe = True
    """Keras need not wait for these hooks: they only count."""

    def __init__(self, emitter: Emitter, gate: Gate, plan: LaneHooksPlan) -> None:
        super().__init__()
        self.step = 0
        self.samples = 0
        self.epoch = 0
        self.epochs_done = 0
        self.nan_stop = False
        self.reached_limit = ""
        self.last_step_t: Optional[float] = None
        self._emitter = emitter
        self._gate = gate
        self._plan = plan
        self._warm = False
        self._released = False
        self._deadline_t = math.inf
        self._began_t = emitter.now()
        self._own_failures = 0
        self._nonfinite_seen = False
        self._window: Optional[WindowTimer] = None
        self._span = Span()
        self._next_record_t = 0.0
        self._next_memory_t = 0.0
        self._mark_t = 0.0
        self._validation_t = 0.0
        self._last_logs: Any = None
        self._count = self._new_count(0.0)

    # Keras calls these ------------------------------------------------------------------------------------------

    @never_raises
    def on_train_begin(self, logs: Any = None) -> None:
        """Take the time from which warm-up counts."""
        self._began_t = self._emitter.now()

    @never_raises
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Begin the epoch's sums."""
        self.epoch = epoch + 1
        self._mark_t = self._emitter.now()
        self._count = self._new_count(self._mark_t)

    @never_raises
    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """The gate: stand here while the lane waits or is paused."""
        if self._warm and not self._released:
            self._stand_at_barrier()
        if self._gate.attention or self._window is not None:
            self._see_to_requests(in_validation=False)

    @never_raises
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Count the batch: `batch` is the index of its last step, right also where Keras runs several steps at once."""
        now = self._emitter.now()
        seconds = now - self._mark_t
        self._mark_t = now
        count = self._count
        steps = count.take_batch(batch, seconds)
        self.step += steps
        self.samples += count.samples_taken
        loss = count.batch_loss(logs.get("loss") if logs else None)
        self._span.add(steps, seconds, loss)
        self.last_step_t = now
        self._last_logs = logs
        if self.step >= self._plan.stop_at_step or now >= self._deadline_t:
            self._reach_limit()
        if self._gate.stop_reason is not None:
            self.model.stop_training = True
        if loss is not None and not self._nonfinite_seen and not math.isfinite(loss):
            self._note_nonfinite(now)
        if not self._warm and self.step >= self._plan.warm_up_steps:
            self._note_warm(now)
        elif now >= self._next_record_t:
            self._write_progress(now, logs)
        if now >= self._plan.checkpoints.due_t:
            self._checkpoint()

    @never_raises
    def on_test_begin(self, logs: Any = None) -> None:
        """A validation begins."""
        self._validation_t = self._emitter.now()
        self._write_rest_of_span()

    @never_raises
    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:
        """The gate, inside validation too."""
        if self._gate.attention:
            self._see_to_requests(in_validation=True)

    @never_raises
    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Leave a validation that is no longer wanted."""
        if self._gate.stop_reason is not None:
            self.model.stop_training = True
        if self.model.stop_training:
            self.model.stop_evaluating = True

    @never_raises
    def on_test_end(self, logs: Any = None) -> None:
        """Tell what the validation found, unless it was cut short."""
        if not self.model.stop_training:
            now = self._emitter.now()
            self._emitter.emit(
                "validation",
                step=self.step,
                epoch=self.epoch,
                seconds=round(now - self._validation_t, 6),
                metrics=plain_numbers(logs or {}),
            )

    @never_raises
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Tell the epoch's mean loss and what it spent outside its steps."""
        now = self._emitter.now()
        partial = self._count.steps < self._plan.steps_per_epoch
        self._write_rest_of_span()
        numbers = plain_numbers(logs or {})
        self._emitter.emit(
            "epoch",
            t=now,
            epoch=self.epoch,
            step=self.step,
            samples=self.samples,
            steps=self._count.steps,
            seconds=round(self._count.seconds(now), 6),
            outside_s=round(self._count.outside_s(now), 6),
            loss=numbers.pop("loss", None),
            metrics=numbers,
            partial=partial or None,
        )
        self.epochs_done += not partial
        if self.reached_limit:
            self.model.stop_training = True
        self._plan.say(epoch_line(self.epoch, self.step, logs or {}))

    @never_raises
    def on_train_end(self, logs: Any = None) -> None:
        """A lane that ended inside its warm-up still stands at the barrier, so that its end is not before the start."""
        self._cut_window()
        request = self._gate.take_window_request()
        if request is not None:
            self._window = WindowTimer(request, self._emitter.now(), self.step)
            self._cut_window()
        if not self._warm:
            self._note_warm(self._emitter.now())
        if not self._released:
            self._stand_at_barrier()

    # Ours -------------------------------------------------------------------------------------------------------

    def report_own_failure(self, text: str) -> None:
        """Say once in the log that our own hook failed."""
        self._own_failures += 1
        if self._own_failures > 1:
            return
        try:
            self._plan.say("dualtrain: a hook failed, the training goes on:\n" + text)
        except Exception:
            return

    def _new_count(self, now: float) -> EpochCount:
        return EpochCount(now, self._plan.batch_size, self._plan.samples_per_epoch)

    def _write_progress(self, now: float, logs: Any) -> None:
        numbers = plain_numbers(logs or {})
        memory = None
        if now >= self._next_memory_t:
            self._next_memory_t = now + FRAMEWORK_MEMORY_PERIOD_S
            memory = self._plan.framework_memory()
        self._emitter.emit(
            "progress",
            droppable=True,
            t=now,
            step=self.step,
            samples=self.samples,
            epoch=self.epoch,
            epoch_step=self._count.steps,
            running_loss=numbers.pop("loss", None),
            metrics={key: value for key, value in numbers.items() if not key.startswith("val_")},
            framework_memory=memory,
            warm_up=None if self._released else True,
            dropped=self._emitter.dropped or None,
            **self._span.fields(),
        )
        self._span = Span()
        self._next_record_t = now + (FAST_PERIOD_S if now < FAST_FOR_S else SLOW_PERIOD_S)

    def _write_rest_of_span(self) -> None:
        """What is not told yet, stamped with its last step and not with what came after."""
        if self._span.steps and self.last_step_t is not None:
            self._write_progress(self.last_step_t, self._last_logs)

    def _note_warm(self, now: float) -> None:
        self._warm = True
        self._write_rest_of_span()
        self._emitter.emit("warm", step=self.step, seconds=round(now - self._began_t, 6))

    def _stand_at_barrier(self) -> None:
        stood_from = self._emitter.now()
        self._plan.synchronize()
        self._gate.wait_for_release()
        self._released = True
        now = self._emitter.now()
        self._emitter.emit("released", t=now, step=self.step)
        self._stood_still(stood_from, now)
        self._deadline_t = now + self._plan.train_for_s
        self._plan.checkpoints.start(now)

    def _see_to_requests(self, in_validation: bool) -> None:
        if self._gate.take_checkpoint_request():
            self._checkpoint()
        if self._gate.pause_asked:
            self._stand_paused()
        if in_validation:
            return
        request = self._gate.take_window_request()
        if request is not None:
            self._cut_window()
            self._window = WindowTimer(request, self._emitter.now(), self.step)
        if self._window is not None:
            self._time_window()

    def _time_window(self) -> None:
        """While a window is open every batch begins with an idle device, which is what makes its ends exact."""
        assert self._window is not None
        self._plan.synchronize()
        now = self._emitter.now()
        if self._window.at_boundary(now, self.step, self.samples):
            self._end_window(now, complete=True)

    def _end_window(self, now: float, complete: bool) -> None:
        assert self._window is not None
        self._emitter.emit("window", t=now, **self._window.result(now, self.step, self.samples, complete))
        self._window = None

    def _cut_window(self) -> None:
        if self._window is not None:
            self._end_window(self._emitter.now(), complete=False)

    def _stand_paused(self) -> None:
        self._plan.synchronize()
        self._cut_window()
        self._write_rest_of_span()
        paused_from = self._emitter.now()
        self._emitter.emit("paused", t=paused_from, step=self.step)
        self._gate.wait_while_paused()
        now = self._emitter.now()
        self._emitter.emit("resumed", t=now, step=self.step, paused_s=round(now - paused_from, 6))
        self._stood_still(paused_from, now)

    def _checkpoint(self) -> None:
        began = self._emitter.now()
        self._plan.checkpoints.save(self.step)
        self._mark_t += self._emitter.now() - began

    def _stood_still(self, since: float, now: float) -> None:
        """Time at a gate is neither a step's nor the epoch's nor the time limit's."""
        still_s = now - since
        self._mark_t += still_s
        self._validation_t += still_s
        self._count.stood_still_s += still_s
        self._deadline_t += still_s if math.isfinite(self._deadline_t) else 0.0
        self._plan.checkpoints.stood_still(still_s)

    def _note_nonfinite(self, now: float) -> None:
        self._nonfinite_seen = True
        self._emitter.emit("nonfinite", t=now, step=self.step)
        if self._plan.stop_on_nan:
            self.nan_stop = True
            self.model.stop_training = True

    def _reach_limit(self) -> None:
        self.reached_limit = "steps" if self.step >= self._plan.stop_at_step else "minutes"
        if self.reached_limit == "minutes" or self._count.steps < self._plan.steps_per_epoch:
            self.model.stop_training = True  # at a whole epoch's end only after its validation
