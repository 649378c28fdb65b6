"""What a script's training tells: as a lane's own, with fits that follow each other and loops of the script's own."""

import math
from threading import get_ident
from typing import Any, Callable, Optional

from .emitter import Emitter
from .fit_facts import FitFacts, whole
from .gate import Gate
from .lane_hooks import LaneHooks
from .lane_plan import LaneHooksPlan
from .never_raises import never_raises, what_failed
from .step_count import SHORT_PATIENCE_S

SEVERAL_THREADS = "steps are taken in several threads: they are counted together"


class NoModel:
    """Stands where no model trains in `fit`: what is asked of it ends nothing."""

    stop_training = False
    stop_evaluating = False


class ScriptHooks(LaneHooks):
    """The hooks of a script's lane. Steps and epochs count on from fit to fit.

    Its optimizer, callbacks, checkpoints and what it does about NaN are the script's. Nothing is printed.
    """

    def __init__(
        self,
        emitter: Emitter,
        gate: Gate,
        plan: LaneHooksPlan,
        stop_after_epochs: float = math.inf,
        loop_facts: Callable[[], FitFacts] = FitFacts,
    ) -> None:
        """`loop_facts` tells what is known of a loop of the script's own when it begins."""
        super().__init__(emitter, gate, plan)
        self.model = NoModel()
        self._fit = FitFacts()
        self._epochs_before = 0
        self._steps_before = 0
        self._stop_after_epochs = stop_after_epochs
        self._loop_facts = loop_facts
        self._in_loop = False
        self._loop_step = -1
        self._told_loop_limit = False
        self._told_threads = False

    # Fits -------------------------------------------------------------------------------------------------------

    def begin_fit(self, model: Any, fit: FitFacts) -> None:
        """A fit begins; how many steps and epochs it has is told by its parameters."""
        self._leave_loop()
        self.model, self._fit = model, fit
        self._plan.take_sizes(fit.batch_size, None, fit.samples)
        self._count.take_sizes(fit.batch_size, fit.samples)

    @never_raises
    def on_params(self, params: Any) -> None:
        """What Keras tells every callback of a fit before it begins."""
        self._plan.steps_per_epoch = whole(params.get("steps"))
        self._fit.epochs = whole(params.get("epochs"))

    def end_fit(self) -> None:
        """It is over, however it ended."""
        if self._count.is_told_elsewhere:
            # What is told of it later would be taken for a step of the next; what failed is never told.
            self._plan.synchronize()
            self._count.wait_for(0, SHORT_PATIENCE_S)
        self._write_rest_of_span()
        self._cut_window()
        self.model = NoModel()

    @never_raises
    def on_train_begin(self, logs: Any = None) -> None:
        """Warm-up counts from the first fit that takes a step."""
        self._thread = get_ident()
        if not self.step:
            self._began_t = self._emitter.now()
        self._epochs_before, self._steps_before = self.epoch, self.step
        self._tell_fit()

    @never_raises
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Epochs of all fits count on."""
        LaneHooks.on_epoch_begin(self, self.epoch, logs)
        if self.reached_limit:
            self._near_until = -1  # it is to end at its next batch, however far ahead it could run

    @never_raises
    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """End the fit where the lane has its epochs."""
        LaneHooks.on_epoch_end(self, epoch, logs)
        self._learn_steps_per_epoch()
        if self.epochs_done >= self._stop_after_epochs:
            self.reached_limit = self.reached_limit or "epochs"
            self._look_t = 0.0
            self.model.stop_training = True

    @never_raises
    def on_train_end(self, logs: Any = None) -> None:
        """Another fit may follow: what was asked waits for it, but for a window, for which somebody stands still."""
        self._end_windows()

    def has_its_length(self) -> bool:
        """Whether the lane is to end, for its bounds or on request: a fit that begins now is no part of it."""
        if not self.reached_limit and self._now() >= self._deadline_t:
            self.reached_limit = "minutes"
        return bool(self.reached_limit) or (self._gate.stop_reason is not None and self._count.step > 0)

    @never_raises
    def stand_aside(self) -> None:
        """The gate of a fit that is no part of the lane's training."""
        if self._gate.attention:
            self._see_to_requests(in_validation=True)

    @property
    def steps_told(self) -> int:
        """Steps as of the last look, for another thread: it must not sum up what this one is still noting."""
        return self._count.step

    @property
    def is_released(self) -> bool:
        """Whether a step has passed the barrier."""
        return self._released

    @property
    def is_fitting(self) -> bool:
        """Whether a model trains in `fit` now."""
        return not isinstance(self.model, NoModel)

    def took_aside(self, seconds: float) -> None:
        """Time that the training's thread spent on something else, as an `evaluate` of the script's own."""
        if get_ident() == self._thread:
            self._count.outside_steps(seconds)

    # Loops of the script's own ----------------------------------------------------------------------------------

    @property
    def is_in_loop(self) -> bool:
        """Whether the steps of now are a loop's of the script's own."""
        return self._in_loop

    @never_raises
    def on_loop_step_begin(self) -> None:
        """The gate of a step that no `fit` takes."""
        if not self._in_loop:
            self._enter_loop()
        elif get_ident() != self._thread and not self._told_threads:
            self._told_threads = True
            self._emitter.emit("remark", message=SEVERAL_THREADS)
        if self._gate.attention or self._window is not None or not self._released:
            self._before_batch()

    def on_loop_step_end(self, loss: Any = None) -> None:
        """Note a step that no `fit` takes; `loss` is its own, where it is told."""
        try:
            now = self._now()
            self._loop_step += 1
            self._ended.append((self._loop_step, now, loss))
            if now >= self._look_t or self._gate.attention or self._loop_step >= self._last_batch:
                self._last_logs = None if loss is None else {"loss": loss}
                self._look(now)
        except Exception:
            self.report_own_failure(what_failed())

    def _enter_loop(self) -> None:
        if not self.step:
            self._began_t = self._emitter.now()
        self._in_loop, self._loop_step, self._thread = True, -1, get_ident()
        self._plan.take_sizes(None, None, None)
        self._count.take_sizes(None, None)
        self._count.begin_epoch(self._emitter.now(), loss_of_each=True)
        self._last_batch = self._plan.stop_at_step - self.step - 1
        self._fit = self._loop_facts()
        self._epochs_before, self._steps_before = self.epoch, self.step
        self._tell_fit()

    def _leave_loop(self) -> None:
        if self._in_loop:
            self._write_rest_of_span()
            self._in_loop = False

    def count_polled(self, steps: int, now: float, seconds: float, is_warm_up: bool) -> None:
        """Count steps that a compiled loop took in so many seconds, as read from outside: no hook saw them."""
        self._count.step += steps
        self._emitter.emit(
            "progress",
            droppable=True,
            t=now,
            step=self._count.step,
            samples=self._count.samples,
            epoch=self.epoch,
            epoch_step=0,
            steps=steps,
            span_s=round(seconds, 6),
            framework_memory=self._plan.framework_memory(),
            warm_up=is_warm_up or None,
        )

    # Ours -------------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """The script is over: tell what is not told yet."""
        self._write_rest_of_span()
        self._cut_window()

    def _look(self, now: float) -> None:
        self._convert_newest()
        LaneHooks._look(self, now)
        if self.reached_limit:
            self.model.stop_training = True

    def _look_again(self) -> None:
        LaneHooks._look_again(self)
        if self.reached_limit:
            self._look_t = 0.0  # should the script itself have its fit go on, that ends at its next batch

    def _convert_newest(self) -> None:
        """Keras 2 hands over tensors where every callback takes them: one is read ten times a second at most."""
        if self._count.is_told_elsewhere:
            return  # by threads of Keras 3's, which have made numbers of them, and may add to the notes just now
        if self._ended:
            batch, ended_t, running = self._ended[-1]
            if running is not None and not isinstance(running, (int, float)):
                self._ended[-1] = (batch, ended_t, _number(running))
        logs = self._last_logs
        if logs and any(not isinstance(value, (int, float)) for value in logs.values()):
            self._last_logs = {key: _number(value) for key, value in logs.items()}

    def _learn_steps_per_epoch(self) -> None:
        """An epoch has shown how many steps it has, where nobody knew before."""
        steps = self._count.epoch.steps
        if self._plan.steps_per_epoch is None and steps and not self._is_ending:
            self._plan.steps_per_epoch = steps
            self._tell_fit(again=True)

    def _tell_fit(self, again: bool = False) -> None:
        """Sizes as far as they are known; what is planned is told over all fits so far."""
        fit, steps_per_epoch = self._fit, self._plan.steps_per_epoch
        epochs = None if fit.epochs is None else max(0, fit.epochs - fit.initial_epoch)
        planned_epochs = None if epochs is None else self._epochs_before + epochs
        if math.isfinite(self._stop_after_epochs):
            planned_epochs = int(min(planned_epochs or math.inf, self._stop_after_epochs))
        planned_steps = None
        if planned_epochs is not None and steps_per_epoch is not None:
            epochs_left = max(0, planned_epochs - self._epochs_before)
            planned_steps = self._steps_before + epochs_left * steps_per_epoch
        if math.isfinite(self._plan.stop_at_step):
            planned_steps = int(min(planned_steps or math.inf, self._plan.stop_at_step))
        self._emitter.emit(
            "built",
            steps_per_epoch=0 if self._in_loop else steps_per_epoch,
            planned_epochs=planned_epochs,
            planned_steps=planned_steps,
            again=again or None,
            **fit.record(),
        )

    def _reach_limit(self) -> None:
        LaneHooks._reach_limit(self)
        if self._in_loop and not self._told_loop_limit:
            self._told_loop_limit = True
            self._emitter.emit("limit", step=self.step, reached=self.reached_limit)

    @property
    def _is_ending(self) -> bool:
        """Only where the lane is to end: a validation that the script itself makes its last is the script's."""
        return self._gate.stop_reason is not None or bool(self.reached_limit)

    def _end_where_dry(self, steps: int, cut_short: bool) -> None:
        """How much data there is in an epoch is the script's."""

    def report_own_failure(self, text: str) -> None:
        """Say once, among the records and never in the script's output, that our own hook failed."""
        self._own_failures += 1
        if self._own_failures == 1:
            last_line = text.strip().rpartition("\n")[2]
            self._emitter.emit(
                "remark", message="dualtrain: a hook failed, the training goes on: %s" % last_line
            )


def _number(value: Any) -> Optional[float]:
    """A tensor's one number; None where it has none."""
    try:
        return float(value)
    except Exception:
        return None
