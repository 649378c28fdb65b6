"""Look once a second, from a thread of ours, after what no hook sees: steps of compiled loops, or none at all."""

import sys
import threading
from typing import Optional

from .fit_watch import FitWatch
from .keras_patches import MODELS
from .never_raises import what_failed
from .own_loop import OwnLoop
from .script_lane import WARM_UP_STEPS, ScriptLane

LOOK_S = 1.0
NO_STEPS = "no step telemetry: memory and utilisation only"
NO_STEPS_YET = "no step telemetry yet: memory and utilisation only"
CANNOT_STOP = "no step at which it could stop"
_BRING_KERAS = ("keras", "tf_keras", "tensorflow")
"""A script that has imported one of these may be on its way to a fit."""


class StepWatch:
    """Tells the steps of compiled loops as an optimizer's own counter says, and where a lane shows no steps at all.

    None of these steps passes a gate: such a lane is released where it is, and stands still only as a process.
    """

    def __init__(self, lane: ScriptLane, watch: FitWatch, loop: OwnLoop) -> None:
        self._lane = lane
        self._watch = watch
        self._loop = loop
        self._turn_t: Optional[float] = None
        self._fits_seen = 0
        self._polled = 0
        """Steps that were read and not counted."""
        self._told_t = 0.0
        self._is_warm = False
        self._is_released = False
        self._released_t = 0.0
        self._told_limit = False
        self._told_no_gate = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="dualtrain-steps", daemon=True)

    def start(self) -> None:
        """The lane's turn has come: from now on a step is waited for."""
        self._turn_t = self._lane.emitter.now()
        self._told_t = self._turn_t
        self._thread.start()

    def stop(self) -> None:
        """The script is over: look a last time."""
        self._over.set()
        if self._turn_t is None:
            return
        self._thread.join(LOOK_S)
        try:
            self.look()
        except Exception:
            self._lane.hooks.report_own_failure(what_failed())

    def tell_none(self) -> None:
        """The script has ended in order: tell it where it showed no step all the while."""
        if self._turn_t is not None and not self._lane.telemetry:
            self._lane.tell_telemetry("none", NO_STEPS)

    def _look_on(self) -> None:
        while not self._over.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                self._lane.hooks.report_own_failure(what_failed())

    def look(self) -> None:
        """Look once."""
        lane = self._lane
        with lane.lock:
            steps = self._newly_compiled()
            hooked = lane.hooks.steps_told - self._polled
            if steps:
                self._tell_polled(steps)
            elif not self._polled:
                self._told_t = lane.emitter.now()  # what lies before the first of them is not their time
                self._look_for_any(hooked)
            if lane.telemetry in ("none", "polled"):
                self._pass_gates()
            if lane.gate.stop_asked and not self._told_no_gate and not self._over.is_set():
                self._tell_no_gate()

    def _look_for_any(self, hooked: int) -> None:
        lane = self._lane
        if hooked and lane.telemetry == "none":
            lane.tell_telemetry("each")
        elif not hooked and lane.telemetry != "none" and self._has_waited():
            lane.tell_telemetry("none", NO_STEPS if self._loop.has_compiled else NO_STEPS_YET)

    def _has_waited(self) -> bool:
        now = self._lane.emitter.now()
        return self._turn_t is not None and now - self._turn_t >= self._lane.start.no_step_within_s

    def _newly_compiled(self) -> int:
        """Steps since the last look; while a fit goes on, and right after one, they are told by its hooks."""
        if not self._loop.has_compiled:
            return 0
        steps = self._loop.compiled_steps()
        is_told_else = self._watch.is_busy or self._watch.fits != self._fits_seen
        self._fits_seen = self._watch.fits
        if is_told_else:
            self._told_t = self._lane.emitter.now()
            return 0
        return steps or 0

    def _tell_polled(self, steps: int) -> None:
        lane = self._lane
        lane.tell_telemetry(
            "polled", "steps are read once a second from the optimizer: a compiled loop of its own"
        )
        now = lane.emitter.now()
        self._polled += steps
        lane.hooks.count_polled(steps, now, now - self._told_t, is_warm_up=not self._is_released)
        self._told_t = now
        if not self._is_warm and self._polled >= WARM_UP_STEPS:
            self._is_warm = True
            lane.emitter.emit(
                "warm", t=now, step=lane.hooks.steps_told, seconds=round(now - (self._turn_t or now), 6)
            )

    def _tell_no_gate(self) -> None:
        """The script is to stop: tell it where that is known to wait for nothing."""
        lane = self._lane
        if self._watch.is_busy or lane.telemetry not in ("", "none"):
            return
        none_seen = lane.telemetry == "none"
        may_fit = any(name in sys.modules for name in (MODELS if none_seen else _BRING_KERAS))
        if not may_fit or (none_seen and self._loop.has_compiled):
            self._told_no_gate = True
            if not lane.telemetry:
                lane.tell_telemetry("none", NO_STEPS)
            lane.emitter.emit("no_gate", why=CANNOT_STOP)

    def _pass_gates(self) -> None:
        """Where no step can stand: tell the release where it comes, and the end of the lane's time."""
        lane, now = self._lane, self._lane.emitter.now()
        if not self._is_released:
            if not lane.gate.may_pass_barrier:
                return
            self._is_released = True
            self._released_t = now
            if lane.telemetry == "polled" and not lane.hooks.is_released:
                lane.emitter.emit("released", t=now, step=lane.hooks.steps_told)
        reached = ""
        if now - self._released_t >= lane.start.train_for_s:
            reached = "minutes"
        elif lane.hooks.steps_told >= lane.start.stop_at_step:
            reached = "steps"
        if reached and not self._told_limit:
            self._told_limit = True
            lane.emitter.emit("limit", step=lane.hooks.steps_told, reached=reached)
