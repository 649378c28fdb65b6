"""Time a lane's own training steps on one batch that is at hand already, and leave the training as it was.

That nothing is changed is held by tests/process/test_cached_batch.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.worker.batch_at_hand import batch_at_hand
from training.worker.callback import lane_callback
from training.worker.data.training_data import TrainingData
from training.worker.lane_log import Say, say_on_stdout
from training.worker.model_state import ModelState, StateLostError

LONGEST_S = 20.0
"""No step begins later than that; the other lane waits all the while, in a process of both as in one of its own."""
FEWEST_STEPS = 3
"""What was timed by then says something if there were so many."""


class CachedBatch:
    """Times steps of a compiled model that has trained already."""

    def __init__(
        self,
        model: Any,
        data: TrainingData,
        *,
        now: Callable[[], float],
        synchronize: Callable[[], None],
        is_wanted: Callable[[], bool],
        say: Say = say_on_stdout,
    ) -> None:
        """`is_wanted` is asked before every step: once it says no they end, and were for nothing."""
        self.state_lost = ""
        """Why the training's state could not be put back; empty where it was, as it should."""
        self._model = model
        self._data = data
        self._now = now
        self._synchronize = synchronize
        self._is_wanted = is_wanted
        self._say = say

    def time(self, seconds: float, steps: int) -> tuple[int, float] | None:
        """Take at least `steps` steps and `seconds` seconds of them; how many there were and what they took.

        None where they were no longer wanted, or the model's steps could not be undone: the lane's log says why. There
        are fewer where they would take longer than `LONGEST_S`.

        Raises:
            MemoryError: the model is too large for a copy of its state.
            StateLostError: the state could not be put back; the training is told to stop, as it is not the same any
                more.
        """
        why = why_not(self._model)
        if why is not None:
            self._say(f"not timed on one batch at hand: {why}")
            return None
        until_s = self._now() + LONGEST_S
        batches = batch_at_hand(self._model, self._data)
        state = ModelState(self._model)
        state.put_back()  # changes nothing, and fails while nothing is changed
        timer = _Timer(self._now, self._synchronize, seconds, steps)
        try:
            told = self._take_steps(batches, timer, until_s)
        finally:
            self._put_back(state)
        return told if told is not None and told[0] >= min(steps, FEWEST_STEPS) else None

    def _take_steps(self, batches: Any, timer: _Timer, until_s: float) -> tuple[int, float] | None:
        """As `fit` does, its way of calling callbacks included: small steps are mostly that."""
        called = keras.callbacks.CallbackList([timer.hooks, keras.callbacks.Callback()])
        called.on_train_begin()
        try:
            called.on_epoch_begin(0)
            for begin_step, end_step, iterator in batches:
                called.on_train_batch_begin(begin_step)
                if not self._is_wanted():
                    return None
                if timer.told is not None or self._now() >= until_s:
                    break
                logs = self._model.train_function(iterator)
                called.on_train_batch_end(end_step, logs)
        finally:
            called.on_train_end()  # ends the window too, if it is still open
        return timer.told

    def _put_back(self, state: ModelState) -> None:
        try:
            state.put_back()
            self._synchronize()
        except Exception as error:
            self.state_lost = f"{type(error).__name__}: {error}"
            self._model.stop_training = True
            raise StateLostError(self.state_lost) from error


def why_not(model: Any) -> str | None:
    """Why steps of a model cannot be taken without a trace; None where they can.

    What a step of the user's own changes, and where, nobody knows but them.
    """
    if type(model).train_step is not keras.Model.train_step:
        return "the model has a train_step of its own, whose effects might not all be undone"
    if not isinstance(model.optimizer, keras.optimizers.Optimizer):
        return "the model has no optimizer of Keras's, whose state could be put back"
    return None


class _Timer(Emitter):
    """The hooks of a training in which a window is open: its steps cost what they cost in a window on the data."""

    def __init__(
        self, now: Callable[[], float], synchronize: Callable[[], None], seconds: float, steps: int
    ) -> None:
        """Tells nobody: it has no file and no thread."""
        self.dropped = 0
        self.told: tuple[int, float] | None = None
        """Steps of the window and what they took, once it has ended."""
        self._now = now
        gate = Gate()
        gate.tell({"do": "release"})
        gate.tell({"do": "window", "seconds": seconds, "steps": steps, "drop_steps": 1})
        plan = LaneHooksPlan(
            batch_size=1,
            steps_per_epoch=0,
            samples_per_epoch=0,
            warm_up_steps=0,
            stop_on_nan=False,
            synchronize=synchronize,
        )
        self.hooks = lane_callback(self, gate, plan)

    def now(self) -> float:
        """The lane's clock."""
        return self._now()

    def emit(
        self,
        kind: str,
        /,
        droppable: bool = False,  # noqa: ARG002
        unhurried: bool = False,  # noqa: ARG002
        late: Any = None,  # noqa: ARG002
        **fields: Any,
    ) -> None:
        """Keep what the window found."""
        if kind == "window" and fields["steps"]:
            self.told = fields["steps"], fields["in_steps_s"]
