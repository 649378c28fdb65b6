"""Two lanes on a simulated device: the real hooks and the real measuring, on a clock that only the test moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from training.agent.emitter import Emitter
from training.agent.gate import Gate
from training.agent.lane_hooks import LaneHooks
from training.agent.lane_plan import LaneHooksPlan
from training.plan import Lane
from training.record.lane_records import LaneRecord

WARM_UP_STEPS = 3
NEVER = 10**9
SET_UP_S = 0.6
"""What is done before and after steps on one batch at hand."""


@dataclass(frozen=True)
class LaneSpec:
    """Seconds alone of a step and of an epoch's end, and how many times that beside the other."""

    step_s: float
    slowdown: float = 1.0
    steps: int = NEVER
    steps_per_epoch: int = NEVER
    end_s: float = 0.0
    at_hand: float = 1.0
    """What is left of a step alone on a batch that is at hand."""

    @property
    def rate(self) -> float:
        """Steps per second alone, the epochs' ends in it."""
        return 1.0 / (self.step_s + self.end_s / self.steps_per_epoch)


class Told(Emitter):
    """Keeps a lane's records until they are read; those that ring are to be read at once."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.dropped = 0
        self.unread: list[LaneRecord] = []
        self.has_rung = False
        self._clock = now

    def now(self) -> float:
        return self._clock()

    def emit(
        self,
        kind: str,
        /,
        droppable: bool = False,
        unhurried: bool = False,
        late: Callable[[], dict[str, Any]] | None = None,
        **fields: Any,
    ) -> None:
        told = {"k": kind, "t": fields.pop("t", None) or self.now(), **fields}
        told |= late() if late is not None else {}
        known = {key: value for key, value in told.items() if value is not None}
        self.unread.append(msgspec.convert(known, LaneRecord))
        self.has_rung = self.has_rung or not (droppable or unhurried)

    def read(self) -> list[LaneRecord]:
        """What was told since the last look."""
        records, self.unread, self.has_rung = self.unread, [], False
        return records


class _Model:
    stop_training = False
    stop_evaluating = False


class SimulatedLane:
    """Goes from batch to batch; what it does next takes `left_s` seconds of a device of its own."""

    def __init__(
        self, lane: Lane, spec: LaneSpec, now: Callable[[], float], stand_still: Callable[[float], None]
    ) -> None:
        """`stand_still` lets time pass for what is done at a gate."""
        self.lane = lane
        self.spec = spec
        self.told = Told(now)
        self.gate = Gate()
        self.has_ended = False
        self.takes_commands = True
        self._hangs = False
        self._not_heard: list[dict[str, Any]] = []
        self.left_s = 0.0
        """Of the step or epoch's end that it is in; zero at a batch's beginning."""
        self._model = _Model()
        self._in_end = False
        self._batch = 0
        self._epoch = 0
        self._stand_still = stand_still
        self._hooks = LaneHooks(
            self.told,
            self.gate,
            LaneHooksPlan(
                batch_size=1,
                steps_per_epoch=spec.steps_per_epoch,
                samples_per_epoch=spec.steps_per_epoch,
                warm_up_steps=WARM_UP_STEPS,
                stop_at_step=spec.steps,
                say=lambda _: None,
                stands_in_place=False,
                time_cached_batch=self._time_cached_batch,
            ),
        )
        self._hooks.model = self._model
        self.told.emit(
            "built",
            parameters=1,
            parameter_bytes=4,
            batch_size=1,
            train_samples=spec.steps_per_epoch,
            validation_samples=1,
            steps_per_epoch=spec.steps_per_epoch,
            planned_steps=spec.steps,
        )
        self._hooks.on_train_begin()
        self._hooks.on_epoch_begin(0)

    @property
    def step(self) -> int:
        """Steps so far."""
        return int(self._hooks.step)

    @property
    def stands(self) -> bool:
        """Whether it stands at the barrier or in a pause."""
        return bool(self._hooks.is_standing)

    @property
    def works(self) -> bool:
        """Whether it uses the device."""
        return self.left_s > 0

    def tell(self, do: str, **details: Any) -> bool:
        """Take one command, as its process does."""
        if self.has_ended or not self.takes_commands:
            return False
        command = {"do": do, **details}
        if self._hangs:
            self._not_heard.append(command)
        else:
            self.gate.tell(command)
        return True

    def hang(self, hangs: bool = True) -> None:
        """It does nothing of what it takes until it is back."""
        self._hangs = hangs
        if not hangs:
            commands, self._not_heard = self._not_heard, []
            for command in commands:
                self.gate.tell(command)

    def dies(self) -> None:
        """End without a word."""
        self.has_ended, self.left_s = True, 0.0

    def begin_next(self) -> None:
        """At a batch's beginning: stand still, or begin it."""
        if self.has_ended or self.works:
            return
        if self._model.stop_training:
            self._hooks.on_epoch_end(self._epoch, {})
            self._end()
            return
        if self._hooks.stands_still():
            return
        self._hooks.on_train_batch_begin(self._batch)
        self.left_s = self.spec.step_s

    def completed(self) -> None:
        """What it was in is over."""
        self.left_s = 0.0
        if self._in_end:
            self._end_epoch()
            return
        self._hooks.on_train_batch_end(self._batch, {"loss": 1.0})
        self._batch += 1
        if self._model.stop_training or self._batch < self.spec.steps_per_epoch:
            return
        self._in_end = True
        self._hooks.on_test_begin()
        if self.spec.end_s > 0:
            self.left_s = self.spec.end_s
        else:
            self._end_epoch()

    def _time_cached_batch(self, seconds: float, steps: int) -> tuple[int, float]:
        step_s = self.spec.step_s * self.spec.at_hand
        taken = max(steps, math.ceil(seconds / step_s))
        self._stand_still(SET_UP_S + taken * step_s)
        return taken, taken * step_s

    def _end_epoch(self) -> None:
        self._in_end = False
        self._hooks.on_epoch_end(self._epoch, {})
        if self._model.stop_training:
            self._end()
            return
        self._epoch += 1
        self._batch = 0
        self._hooks.on_epoch_begin(self._epoch)

    def _end(self) -> None:
        self._hooks.on_train_end()
        stopped = self.gate.stop_asked
        self.told.emit(
            "finished",
            status="stopped" if stopped else "completed",
            step=self.step,
            samples=self.step,
            epochs=self._epoch,
        )
        self.has_ended = True


class SharedDevice:
    """Lanes that slow each other while both work."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.lanes: dict[Lane, SimulatedLane] = {}
        self.alone_s: dict[Lane, float] = {"a": 0.0, "b": 0.0}
        """For how long each worked alone."""

    def now(self) -> float:
        """The time."""
        return self.now_s

    def stand_still(self, seconds: float) -> None:
        """Whoever stands at a gate does something there that takes so long."""
        self.now_s += seconds

    def pass_time(self, until_s: float) -> None:
        """Go on until a lane rings, or it is `until_s`."""
        while self.now_s < until_s:
            for lane in self.lanes.values():
                lane.begin_next()
            if any(lane.told.has_rung for lane in self.lanes.values()) or self.now_s >= until_s:
                return
            working = [lane for lane in self.lanes.values() if lane.works]
            takes_s = min((lane.left_s * _slowed(lane, working) for lane in working), default=math.inf)
            step_s = min(takes_s, until_s - self.now_s)
            self.now_s = until_s if step_s < takes_s else self.now_s + step_s
            if len(working) == 1:
                self.alone_s[working[0].lane] += step_s
            for lane in working:
                left_s = lane.left_s - step_s / _slowed(lane, working)
                if left_s <= lane.spec.step_s * 1e-9:
                    lane.completed()
                else:
                    lane.left_s = left_s


def _slowed(lane: SimulatedLane, working: list[SimulatedLane]) -> float:
    return lane.spec.slowdown if len(working) > 1 else 1.0


def pair(a: LaneSpec, b: LaneSpec) -> Mapping[Lane, LaneSpec]:
    """Both lanes' specifications."""
    return {"a": a, "b": b}
