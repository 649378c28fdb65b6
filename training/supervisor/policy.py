"""Sharing policies: how the lanes get the device, as decisions on where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from training.plan import Lane, Limits, Sharing
from training.supervisor.lane_standing import (
    Action,
    GiveUp,
    HoldBack,
    LaneStanding,
    Launch,
    LetTrain,
    Release,
    WarmUp,
)

NOT_UP = ("importing", "queued", "warming")


class SharingPolicy(Protocol):
    """Decides what happens next; sees lanes come and go. Pure: the same standings give the same actions."""

    def decide(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> tuple[Action, ...]:
        """What to do now. Called at every change and about once a second."""


class Together:
    """Both at once: imports in parallel, warm-up one at a time, then a barrier.

    A lane that joins later warms up beside the one that trains, and is released when it is warm.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def decide(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> tuple[Action, ...]:
        """Launch what is not launched, hand on the token, open the barrier when it is time."""
        return (
            *(Launch(lane) for lane, standing in lanes.items() if standing.stage == "unlaunched"),
            *_give_up_late(lanes, now_s, self._limits),
            *self._hand_token(lanes, now_s),
            *self._open_barrier(lanes, now_s),
            *(LetTrain(lane) for lane, standing in lanes.items() if standing.waits_for_turn),
        )

    def _hand_token(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> Iterator[Action]:
        holders = [standing for standing in lanes.values() if standing.stage == "warming"]
        if any(now_s - holder.since_s < self._limits.barrier_s for holder in holders):
            return
        queued = next((lane for lane, standing in lanes.items() if standing.stage == "queued"), None)
        if queued is not None:
            yield WarmUp(queued)

    def _open_barrier(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> Iterator[Action]:
        warm = tuple(lane for lane, standing in lanes.items() if standing.stage == "warm")
        if not warm:
            return
        awaited = [lane for lane, standing in lanes.items() if standing.stage in ("unlaunched", *NOT_UP)]
        if not awaited:
            yield Release(warm, _why_nobody_is_awaited(lanes, warm))
        elif now_s - max(lanes[lane].since_s for lane in warm) >= self._limits.barrier_s:
            yield Release(warm, f"lane {', '.join(awaited)} is not warm after {self._limits.barrier_s:g} s")


def _why_nobody_is_awaited(lanes: Mapping[Lane, LaneStanding], warm: tuple[Lane, ...]) -> str:
    if len(warm) == len(lanes):
        return "all lanes are warm"
    if any(standing.stage == "ended" for standing in lanes.values()):
        return "the other lane has ended"
    return "no other lane is coming up"


class MpsGate(Protocol):
    """What a run under MPS waits for."""

    @property
    def is_settled(self) -> bool:
        """Whether it is known if there is a daemon."""

    def awaits(self, lane: Lane) -> bool:
        """Whether a warm lane is still to be found in the daemon's list."""


class UnderMps:
    """Together, with a daemon around it: nothing starts before it, and nothing goes on before a warm lane is proven.

    So a lane that is no client is known before the other initialises the device, and no step after the barrier is
    taken for one under MPS that is not.
    """

    def __init__(self, limits: Limits, gate: MpsGate) -> None:
        self._together = Together(limits)
        self._gate = gate

    def decide(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> tuple[Action, ...]:
        """As together, as far as the gate is open."""
        if not self._gate.is_settled:
            return ()
        actions = self._together.decide(lanes, now_s)
        if any(standing.stage == "warm" and self._gate.awaits(lane) for lane, standing in lanes.items()):
            return tuple(action for action in actions if isinstance(action, Launch | GiveUp))
        return actions


class Sequential:
    """One after the other, each alone from its import to its end. No barrier.

    Where both train already, one of them is held back at a batch and goes on when the other has ended.
    """

    def __init__(self, limits: Limits, first: Lane | None = None) -> None:
        """`first` goes on where both train already; the first of the plan unless named."""
        self._limits = limits
        self._first = first

    def decide(self, lanes: Mapping[Lane, LaneStanding], now_s: float) -> tuple[Action, ...]:
        """See to the lane that has the device, else to the first that has not ended."""
        current = self._current(lanes)
        if current is None:
            return ()
        turns = tuple(_give_turn(lanes, current))
        stage = lanes[current].stage
        late = _give_up_late(lanes, now_s, self._limits)
        if stage == "unlaunched":
            return (*turns, Launch(current))
        if stage == "queued":
            return (*turns, *late, WarmUp(current))
        if stage == "warm":
            return (*turns, Release((current,), "it has the device to itself"))
        return (*turns, *late)

    def _current(self, lanes: Mapping[Lane, LaneStanding]) -> Lane | None:
        """Who trains, before who has come far, before who has not begun."""
        left = [lane for lane, standing in lanes.items() if standing.stage != "ended"]
        training = [lane for lane in left if lanes[lane].stage == "released"]
        if len(training) > 1:
            at_work = [lane for lane in training if not lanes[lane].waits_for_turn]
            if len(at_work) == 1:
                return at_work[0]
            return self._first if self._first in training else training[0]
        holders = [lane for lane in left if lanes[lane].stage in ("warming", "warm")]
        return next(iter(training + holders + left), None)


def _give_turn(lanes: Mapping[Lane, LaneStanding], current: Lane) -> Iterator[Action]:
    """Hold the others back that train, and let the one train whose turn it is."""
    for lane, standing in lanes.items():
        if lane != current and standing.stage == "released" and not standing.waits_for_turn:
            yield HoldBack(lane)
    if lanes[current].waits_for_turn:
        yield LetTrain(current)


def policy_for(
    sharing: Sharing, limits: Limits, gate: MpsGate | None = None, first: Lane | None = None
) -> SharingPolicy:
    """The policy of a sharing mode; `gate` is what mps waits for, `first` who goes on in turns.

    Raises:
        ValueError: the mode is mps and nothing is there to wait for.
    """
    if sharing == "mps" and gate is not None:
        return UnderMps(limits, gate)
    if sharing in ("together", "one-process", "adaptive"):
        return Together(limits)
    if sharing == "sequential":
        return Sequential(limits, first)
    raise ValueError(f"sharing {sharing!r} cannot be launched without what it waits for")


def _give_up_late(lanes: Mapping[Lane, LaneStanding], now_s: float, limits: Limits) -> Iterator[Action]:
    for lane, standing in lanes.items():
        if standing.stage in ("importing", "warming") and now_s - standing.since_s >= limits.warm_up_s:
            yield GiveUp(lane, f"still {standing.stage} after {limits.warm_up_s:g} s")
