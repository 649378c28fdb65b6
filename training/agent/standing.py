"""Where a training stands still between two batches: at the barrier, paused, for a window's ends, for a checkpoint."""

import math
from typing import Any, Dict, Optional, Tuple

from .emitter import Emitter
from .gate import Gate
from .lane_plan import LaneHooksPlan
from .never_raises import never_raises, what_failed
from .step_count import StepCount
from .window import WindowTimer, cached_batch_window


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
        self._barrier_from: Optional[float] = None
        """When the lane came to the barrier; None while it does not stand there."""
        self._paused_from: Optional[float] = None
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

    @property
    def is_warm(self) -> bool:
        """Whether the warm-up is over."""
        return self._warm

    @property
    def is_standing(self) -> bool:
        """Whether the lane stands at the barrier or is paused."""
        return self._barrier_from is not None or self._paused_from is not None

    @property
    def is_held(self) -> bool:
        """Whether it stands, and the gate keeps it there."""
        if self._barrier_from is not None:
            return not self._gate.may_pass_barrier
        return self._paused_from is not None and self._gate.pause_asked

    def stands_still(self, at_end: bool = False) -> bool:
        """Whether the lane must stand still before what comes next: tells its beginning and its end, waits for neither.

        For a thread that has other lanes to see to. Asked before every batch, and `at_end` before the training ends.
        """
        try:
            return self._is_kept_at_barrier(at_end) or (not at_end and self._is_kept_paused())
        except Exception:
            self.report_own_failure(what_failed())
            return False

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

    def _note_warm(self, now: float) -> None:
        """Tell that the warm-up is over."""
        raise NotImplementedError

    def _is_kept_at_barrier(self, at_end: bool) -> bool:
        if at_end and not self._warm:
            self._note_warm(self._emitter.now())
        if self._released or not self._warm:
            return False
        if self._barrier_from is None:
            self._come_to_barrier()
        if not self._gate.may_pass_barrier:
            return True
        self._leave_barrier()
        return False

    def _is_kept_paused(self) -> bool:
        if self._paused_from is None:
            if not self._gate.pause_asked:
                return False
            if self._gate.take_checkpoint_request():
                self._checkpoint()
            self._begin_pause()
        if self._gate.pause_asked:
            return True
        self._end_pause()
        return False

    def _wait_for_device(self) -> None:
        """Return once the device has nothing left to do and every batch that it did is counted."""
        self._plan.synchronize()
        if self._count.is_told_elsewhere:
            self._count.catch_up()

    @never_raises
    def _before_batch(self) -> None:
        if self._warm and not self._released:
            self._stand_at_barrier()
        if self._gate.attention or self._window is not None:
            self._see_to_requests(in_validation=False)

    def _stand_at_barrier(self) -> None:
        if self._plan.stands_in_place:
            self._come_to_barrier()
            self._gate.wait_for_release()
            self._leave_barrier()

    def _come_to_barrier(self) -> None:
        self._barrier_from = self._emitter.now()
        self._wait_for_device()

    def _leave_barrier(self) -> None:
        assert self._barrier_from is not None
        stood_from, self._barrier_from = self._barrier_from, None
        self._released = True
        now = self._emitter.now()
        self._emitter.emit("released", t=now, step=self.step)
        self._stood_still(stood_from, now)
        self._deadline_t = now + self._plan.train_for_s
        self._plan.checkpoints.start(now)

    def _see_to_requests(self, in_validation: bool) -> None:
        if self._gate.take_checkpoint_request():
            self._checkpoint()
        if self._gate.pause_asked and self._plan.stands_in_place:
            self._begin_pause()
            self._gate.wait_while_paused()
            self._end_pause()
        if in_validation:
            return
        request = self._gate.take_window_request()
        if request is not None:
            self._cut_window()
            self._begin_window(request)
        if self._window is not None:
            self._time_window()

    def _begin_window(self, request: Dict[str, Any]) -> None:
        if request.get("cached_batch"):
            self._time_cached_batch(request)
            return
        self._count.sum_up()
        self._window = WindowTimer(request, self._emitter.now(), self._count)

    def _refuse_window(self, request: Dict[str, Any]) -> None:
        """It comes too late: say so, for whoever waits."""
        now = self._emitter.now()
        if request.get("cached_batch"):
            self._tell_cached_batch(request, now, now, None)
            return
        self._window = WindowTimer(request, now, self._count)
        self._cut_window()

    def _time_cached_batch(self, request: Dict[str, Any]) -> None:
        """All in one go, between two steps of the training; before its first there is nothing to take steps with."""
        self._wait_for_device()
        self._write_rest_of_span()
        began, timed = self._emitter.now(), None
        try:
            if self._warm and self._plan.time_cached_batch is not None:
                timed = self._plan.time_cached_batch(
                    float(request.get("seconds", 1.0)), int(request.get("steps", 30))
                )
        finally:
            now = self._emitter.now()
            self._tell_cached_batch(request, began, now, timed)
            self._stood_still(began, now)

    def _tell_cached_batch(
        self, request: Dict[str, Any], began: float, now: float, timed: Optional[Tuple[int, float]]
    ) -> None:
        size = self._plan.batch_size or 0
        if self._plan.samples_per_epoch is not None:
            size = min(size, self._plan.samples_per_epoch)
        self._emitter.emit("window", t=now, **cached_batch_window(request, began, now, timed, size))

    def _time_window(self) -> None:
        """A window's ends are exact because the device is idle then; between them steps may be dispatched ahead."""
        assert self._window is not None
        self._count.sum_up()
        if not self._window.is_due(self._emitter.now(), self._count):
            return
        self._wait_for_device()
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
            self._wait_for_device()
            self._end_window(self._emitter.now(), complete=False)

    def _end_windows(self) -> None:
        """No further step comes: whoever waits for a window is told."""
        self._cut_window()
        request = self._gate.take_window_request()
        if request is not None:
            self._refuse_window(request)

    def _begin_pause(self) -> None:
        self._wait_for_device()
        self._cut_window()
        self._write_rest_of_span()
        self._paused_from = self._emitter.now()
        self._emitter.emit("paused", t=self._paused_from, step=self.step)

    def _end_pause(self) -> None:
        assert self._paused_from is not None
        paused_from, self._paused_from = self._paused_from, None
        now = self._emitter.now()
        self._emitter.emit("resumed", t=now, step=self.step, paused_s=round(now - paused_from, 6))
        self._stood_still(paused_from, now)

    def _checkpoint(self) -> None:
        self._wait_for_device()  # so that the step it is called by is that of the state that is saved
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
