"""Keras's order of calls, on a clock that only the test moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_hooks import LaneHooks
from training.agent.lane_plan import LaneHooksPlan


class Recorded(Emitter):
    """An emitter that keeps what it is told, and whose clock stands still between moves."""

    def __init__(self) -> None:
        self.dropped = 0
        self.records: list[dict[str, Any]] = []
        self.clock_s = 0.0

    def now(self) -> float:
        return self.clock_s

    def emit(
        self,
        kind: str,
        /,
        droppable: bool = False,
        unhurried: bool = False,
        late: Callable[[], dict[str, Any]] | None = None,
        **fields: Any,
    ) -> None:
        fields |= late() if late is not None else {}
        told = {key: value for key, value in fields.items() if value is not None}
        self.records.append({"k": kind, "t": self.clock_s, **told})

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The records of one kind."""
        return [record for record in self.records if record["k"] == kind]

    def kinds(self) -> list[str]:
        """What was told, in order, progress left out."""
        return [record["k"] for record in self.records if record["k"] != "progress"]


class CountingGate(Gate):
    """A gate in one thread: waiting at it moves the clock and then does what the test wants."""

    def __init__(self, emitter: Recorded) -> None:
        super().__init__()
        self.stands_s = 0.0
        self.on_pause: Callable[[], None] = lambda: self.tell({"do": "resume"})
        self._emitter = emitter

    def wait_for_release(self) -> None:
        self._emitter.clock_s += self.stands_s
        self.tell({"do": "release"})
        super().wait_for_release()

    def wait_while_paused(self) -> None:
        self._emitter.clock_s += self.stands_s
        self.on_pause()
        super().wait_while_paused()


class Checkpoints:
    """Counts what is asked of it; a save takes a second."""

    def __init__(self, emitter: Recorded) -> None:
        self.due_t = math.inf
        self.saved: list[int] = []
        self.started_t: float | None = None
        self.stood_still_s = 0.0
        self._emitter = emitter

    def start(self, now: float) -> None:
        self.started_t = now

    def save(self, step: int) -> None:
        self.saved.append(step)
        self.due_t = math.inf
        self._emitter.clock_s += 1.0

    def stood_still(self, seconds: float) -> None:
        self.stood_still_s += seconds


class Model:
    """What hooks touch of a model."""

    stop_training = False
    stop_evaluating = False


class FitLoop:
    """Trains nothing, in Keras's order. `batch_losses` are the true losses of an epoch's batches."""

    def __init__(
        self,
        batch_losses: Sequence[float] = (1.0,) * 10,
        *,
        batch_size: int = 4,
        samples: int | None = None,
        steps_per_execution: int = 1,
        validation_batches: int = 0,
        **limits: Any,
    ) -> None:
        self.emitter = Recorded()
        self.gate = CountingGate(self.emitter)
        self.checkpoints = Checkpoints(self.emitter)
        self.model = Model()
        self.said: list[str] = []
        self.step_s = 0.01
        self.validation_batch_s = 0.5
        self.validated_batches = 0
        self.before_batch: Callable[[int], None] = lambda step: None
        self.before_validation_batch: Callable[[int], None] = lambda batch: None
        self._steps_taken = 0
        self._losses = list(batch_losses)
        self._samples = samples or len(self._losses) * batch_size
        self._batch_size = batch_size
        self._at_once = steps_per_execution
        self._validation_batches = validation_batches
        self.hooks = LaneHooks(
            self.emitter,
            self.gate,
            LaneHooksPlan(
                batch_size=batch_size,
                checkpoints=self.checkpoints,
                **{
                    "steps_per_epoch": len(self._losses),
                    "samples_per_epoch": self._samples,
                    "warm_up_steps": 3,
                    "say": self.said.append,
                    **limits,
                },
            ),
        )
        self.hooks.model = self.model

    def fit(self, epochs: int = 1) -> None:
        hooks = self.hooks
        hooks.on_train_begin()
        for epoch in range(epochs):
            hooks.on_epoch_begin(epoch)
            logs = self._train_epoch()
            if self._validation_batches:
                logs |= self._validate()
            self.epoch_ended()
            hooks.on_epoch_end(epoch, logs)
            if self.model.stop_training:
                break
        hooks.on_train_end(None)

    def batch_ended(self, end: int, logs: dict[str, float]) -> None:
        """Tell of it."""
        self.hooks.on_train_batch_end(end, logs)

    def epoch_ended(self) -> None:
        """Have everything told that is to be told before the hooks hear of it."""

    def _train_epoch(self) -> dict[str, float]:
        seen, loss_sum, logs = 0, 0.0, {}
        for begin in range(0, len(self._losses), self._at_once):
            end = min(begin + self._at_once, len(self._losses)) - 1
            self.before_batch(
                self._steps_taken
            )  # counted here: hooks that are asked sum up what they only noted
            self.hooks.on_train_batch_begin(begin)
            for index in range(begin, end + 1):
                size = min(self._batch_size, self._samples - seen)
                seen += size
                loss_sum += size * self._losses[index]
                self.emitter.clock_s += self.step_s
            logs = {"loss": loss_sum / seen, "accuracy": 0.5}
            self._steps_taken += end - begin + 1
            self.batch_ended(end, logs)
            if self.model.stop_training:
                break
        return logs

    def _validate(self) -> dict[str, float]:
        self.model.stop_evaluating = False
        self.hooks.on_test_begin()
        for batch in range(self._validation_batches):
            self.before_validation_batch(batch)
            self.hooks.on_test_batch_begin(batch)
            self.emitter.clock_s += self.validation_batch_s
            self.validated_batches += 1
            self.hooks.on_test_batch_end(batch, {"loss": 2.0})
            if self.model.stop_evaluating:
                break
        self.hooks.on_test_end({"loss": 2.0})
        return {"val_loss": 2.0}
