"""A script's lane inside its process: its records, its gate, and what is told of how it trains."""

import os
import threading
from typing import Dict, Optional

from .commands import CommandListener
from .emitter import Emitter
from .fit_facts import FitFacts
from .gate import Gate
from .lane_plan import LaneHooksPlan
from .script_framework import CPU, ScriptFramework
from .script_hooks import ScriptHooks
from .script_start import ScriptStart

WARM_UP_STEPS = 3


class ScriptLane:
    """What is ours in a script's process. In a child that was forked from it nothing of it is in force."""

    def __init__(self, start: ScriptStart) -> None:
        for fd in (start.commands_fd, start.doorbell_fd):
            os.set_inheritable(
                fd, False
            )  # inherited once, by number: the script's own children have no part in it
        self.start = start
        self.is_armed = True
        self.telemetry = ""
        """How its steps are told: "each", "polled" or "none"; empty before the first word of it."""
        self.lock = threading.Lock()
        """Held by whoever goes over from one way of counting steps to another."""
        self.keras_package = ""
        """The Keras that a loop of the script's own trained with last; a script may have imported several."""
        self.framework = ScriptFramework()
        self.emitter = Emitter(start.records, start.lane, start.zero_s, start.doorbell_fd)
        self.gate = Gate()
        self.plan = LaneHooksPlan(
            batch_size=None,
            steps_per_epoch=None,
            samples_per_epoch=None,
            warm_up_steps=int(min(WARM_UP_STEPS, start.stop_at_step)),
            stop_at_step=start.stop_at_step,
            train_for_s=start.train_for_s,
            stop_on_nan=False,
            synchronize=self._synchronize,
            framework_memory=self._framework_memory,
            say=_say_nothing,
        )
        self.hooks = ScriptHooks(
            self.emitter, self.gate, self.plan, start.stop_after_epochs, loop_facts=self._loop_facts
        )
        self._device_told: Optional[str] = None
        self.emitter.emit("started", pid=os.getpid())
        self.listener = CommandListener(
            start.commands_fd, {start.lane: self.gate}, grace_s=start.grace_s, end=end_group
        )
        os.register_at_fork(after_in_child=self._disarm)

    def tell_ready(self) -> None:
        """Tell that the script may be run; what it imports itself comes after its turn has come."""
        self.emitter.emit("imported", seconds=0.0, versions=self.framework.versions())

    def tell_telemetry(self, steps: str, why: str = "") -> None:
        """Tell how its steps are counted, where that is news."""
        if steps != self.telemetry:
            self.telemetry = steps
            self.emitter.emit("telemetry", steps=steps, why=why or None)

    def trains_with(self, keras_package: str) -> None:
        """Something trains with this Keras: find out on what, and tell it once."""
        self.framework = ScriptFramework(keras_package)
        device = self.framework.device
        if device == self._device_told:
            return
        self._device_told = device
        self.emitter.emit(
            "imported", seconds=0.0, versions=self.framework.versions(), threads=self.framework.threads()
        )
        if self.start.on_gpu and device == CPU:
            self.emitter.emit(
                "no_gpu",
                why="the framework that the script trains with sees no GPU",
                remedy="The lane's log may say why; `dualtrain-tui doctor` looks at the machine.",
            )

    def finish(self, exit_code: Optional[int]) -> None:
        """The script is over: tell what is left to tell, and that it ended in order where it did.

        How it ended is told by its exit code, which whoever started it sees; None where it is not known here.
        """
        if not self.is_armed:
            return
        self.hooks.finish()
        if exit_code == 0:
            limit, asked = self.hooks.reached_limit, self.gate.stop_reason
            stopped = asked is not None and not limit
            self.emitter.emit(
                "finished",
                status="stopped" if stopped else "completed",
                step=self.hooks.step,
                samples=self.hooks.samples,
                epochs=self.hooks.epochs_done,
                reason=asked if stopped else limit or "the script ended",
            )
        self.emitter.close()
        self.listener.training_is_over()

    def _disarm(self) -> None:
        """In a forked child there are no threads of ours, and nobody lets it pass a gate."""
        self.is_armed = False

    def _synchronize(self) -> None:
        self.framework.synchronize()

    def _framework_memory(self) -> Optional[Dict[str, int]]:
        return self.framework.memory()

    def _loop_facts(self) -> FitFacts:
        self.trains_with(self.keras_package)
        return FitFacts(device=self.framework.device)


def end_group(code: int) -> None:
    """The supervisor is gone: nothing of the lane is to be left, with what it started."""
    if os.getpgid(0) == os.getpid():
        os.killpg(0, 9)
    os._exit(code)


def _say_nothing(text: str) -> None:
    """What a script prints is its own."""
