"""Where a training stands still between two batches: at the barrier, paused, for a window's ends, for a checkpoint."""

import math
from typing import Optional

from .emitter import Emitter
from .gate import Gate
from .lane_plan import LaneHooksPlan
from .never_raises import never_raises
from .step_count import StepCount
from .window import WindowTimer


class Standing:
    """What is asked of a lane and seen to between its batches; the time it takes is nobody's."""

    def __init__(self, emitter: Emitter, gate: Gate, plan: LaneHooksPlan) -> None:
        super().__init__()
        self._emitter = emitter
        self._gate = gate
        self._plan = plan
        self._count = StepCount(plan.batch_size, plan.samples_per_epoch)
        self._warm = False
        self._released = False
        self._deadline_t = math.inf
        self._validation_t = 0.0
        self._window: Optional[WindowTimer] = None
        self._own_failures = 0

    @property
    def step(self) -> int:
        """Steps so far."""
        self._count.sum_up()
        return self._count.step

    @property
    def samples(self) -> int:
        """Samples so far."""
        self._count.sum_up()
        return self._count.samples

    def report_own_failure(self, text: str) -> None:
        """Say once in the log that our own hook failed."""
        self._own_failures += 1
        if self._own_failures > 1:
            return
        try:
            self._plan.say("dualtrain: a hook failed, the training goes on:\n" + text)
        except Exception:
            return

    def _write_rest_of_span(self) -> None:
        """Tell what is not told yet."""
        raise NotImplementedError

    @never_raises
    def _before_batch(self) -> None:
        if self._warm and not self._released:
            self._stand_at_barrier()
        if self._gate.attention or self._window is not None:
            self._see_to_requests(in_validation=False)

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
            self._count.sum_up()
            self._window = WindowTimer(request, self._emitter.now(), self._count)
        if self._window is not None:
            self._time_window()

    def _time_window(self) -> None:
        """While a window is open every batch begins with an idle device, which is what makes its ends exact."""
        assert self._window is not None
        self._plan.synchronize()
        now = self._emitter.now()
        self._count.sum_up()
        if self._window.at_boundary(now, self._count):
            self._end_window(now, complete=True)

    def _end_window(self, now: float, complete: bool) -> None:
        assert self._window is not None
        self._count.sum_up()
        self._emitter.emit("window", t=now, **self._window.result(now, self._count, complete))
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
        self._count.outside_steps(self._emitter.now() - began)

    def _stood_still(self, since: float, now: float) -> None:
        """Time at a gate is neither a step's nor the epoch's nor the time limit's."""
        still_s = now - since
        self._count.stood_still(still_s)
        self._validation_t += still_s
        self._deadline_t += still_s if math.isfinite(self._deadline_t) else 0.0
        self._plan.checkpoints.stood_still(still_s)
