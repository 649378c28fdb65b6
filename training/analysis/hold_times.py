"""For what each lane was told to stand still, and when: its worker tells that it does, and not for what."""

from __future__ import annotations

from bisect import bisect_right

from training.plan import Lane
from training.record.contention_records import Held, HeldFor, LetGo
from training.record.event_records import LaneEnded

KEPT = 1000
TOLD_WITHIN_S = 2.0
"""The supervisor writes that it told a worker after it has: on a busy machine the worker may be sooner."""


class HoldTimes:
    """Takes the supervisor's events in order; knows of any time what held a lane then.

    Memory is bounded: of each lane only the newest are kept.
    """

    def __init__(self) -> None:
        self._lanes: dict[Lane, _Changes] = {}

    def take(self, record: Held | LetGo | LaneEnded) -> None:
        """Take in that a lane is held for something more, or for something less; nothing holds one that has ended."""
        changes = self._lanes.setdefault(record.lane, _Changes())
        match record:
            case Held():
                changes.add(record.t, (*changes.without(record.why), record.why))
            case LetGo():
                changes.add(record.t, changes.without(record.why))
            case LaneEnded():
                changes.add(record.t, ())

    def newest(self) -> dict[Lane, tuple[HeldFor, ...]]:
        """What holds each lane by the newest event; lanes that nothing holds are absent."""
        newest = {lane: changes.newest for lane, changes in self._lanes.items()}
        return {lane: held for lane, held in newest.items() if held}

    def why(self, lane: Lane, t: float) -> tuple[HeldFor, ...]:
        """What held the lane that stood still at `t`; empty where that is not known (any more)."""
        changes = self._lanes.get(lane)
        return () if changes is None else changes.at(t) or changes.soon_after(t)


class _Changes:
    """What holds one lane, from each time on."""

    def __init__(self) -> None:
        self._since_t: list[float] = []
        self._held: list[tuple[HeldFor, ...]] = []

    def add(self, t: float, held: tuple[HeldFor, ...]) -> None:
        self._since_t.append(t)
        self._held.append(held)
        del self._since_t[:-KEPT], self._held[:-KEPT]

    @property
    def newest(self) -> tuple[HeldFor, ...]:
        return self._held[-1] if self._held else ()

    def without(self, why: HeldFor) -> tuple[HeldFor, ...]:
        return tuple(one for one in self.newest if one != why)

    def at(self, t: float) -> tuple[HeldFor, ...]:
        index = bisect_right(self._since_t, t) - 1
        return self._held[index] if index >= 0 else ()

    def soon_after(self, t: float) -> tuple[HeldFor, ...]:
        index = bisect_right(self._since_t, t)
        is_soon = index < len(self._since_t) and self._since_t[index] <= t + TOLD_WITHIN_S
        return self._held[index] if is_soon else ()
