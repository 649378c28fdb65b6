"""What happened at one moment of a run and is worth a sign on a time axis: epochs, checkpoints, pauses, failures."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass
from typing import Literal

from training.analysis.memory_remedies import HOST_MEMORY, OUT_OF_MEMORY
from training.plan import Lane
from training.record.contention_records import Held
from training.record.event_records import EventRecord, LaneEnded
from training.record.lane_records import Checkpoint, Epoch, LaneRecord, NonFinite, Validation

MarkKind = Literal[
    "epoch", "validation", "checkpoint", "pause", "not finite", "throttle", "failed", "out of memory"
]
MARK_KINDS: tuple[MarkKind, ...] = (
    "epoch",
    "validation",
    "checkpoint",
    "pause",
    "not finite",
    "throttle",
    "failed",
    "out of memory",
)
"""From what is least worth a sign to what is most: where several fall on one column the last is seen."""
KEPT_OF_A_KIND = 512


_MARKED = (Epoch, Validation, Checkpoint, NonFinite, Held, LaneEnded)
"""All other records are passed over at once: most of a file is none of these."""


@dataclass(frozen=True, slots=True)
class TimeMark:
    """One thing that happened; `lane` is None where it is of the device."""

    t: float
    kind: MarkKind
    lane: Lane | None = None


@dataclass(frozen=True, slots=True)
class MarksOfKind:
    """All that are kept of one kind and lane, in order of time."""

    kind: MarkKind
    lane: Lane | None
    t: tuple[float, ...]

    def between(self, low: float, high: float) -> tuple[float, ...]:
        """Those from `low` to `high`."""
        return self.t[bisect_left(self.t, low) : bisect_right(self.t, high)]


class TimeMarks:
    """Takes records of all files, each file in its own order; memory is bounded.

    Of each kind of each lane the newest are held. Those that are many have signs only where the axis shows few of them,
    and that is where one looks closely: at the newest mostly.
    """

    def __init__(self) -> None:
        # by lane as well: each lane's own order is that of its file, whatever comes between
        self._times: dict[tuple[MarkKind, Lane | None], deque[float]] = {}
        self._told: dict[tuple[MarkKind, Lane | None], MarksOfKind] = {}
        """As they were asked for last, until there is another of them."""

    def take(self, record: EventRecord | LaneRecord, lane: Lane | None = None) -> None:
        """Take in a record, of a lane's file where that is named; most are worth no sign."""
        if isinstance(record, _MARKED) and (mark := _mark(record, lane)) is not None:
            self.add(mark)

    def add(self, mark: TimeMark) -> None:
        """Take in a mark that no record tells."""
        of = (mark.kind, mark.lane)
        self._times.setdefault(of, deque(maxlen=KEPT_OF_A_KIND)).append(mark.t)
        self._told.pop(of, None)

    def marks(self) -> tuple[MarksOfKind, ...]:
        """What is kept, the kinds least worth a sign first."""
        for of, times in self._times.items():
            if of not in self._told:
                # a damaged file may go back in time
                self._told[of] = MarksOfKind(*of, tuple(sorted(times)))
        return tuple(sorted(self._told.values(), key=_place))


def _place(marks: MarksOfKind) -> tuple[int, str]:
    return MARK_KINDS.index(marks.kind), marks.lane or ""


def _mark(record: EventRecord | LaneRecord, lane: Lane | None) -> TimeMark | None:
    match record:
        case Epoch() if not record.partial:
            return TimeMark(record.t, "epoch", lane)
        case Validation():
            return TimeMark(record.t, "validation", lane)
        case Checkpoint() if record.error is None:
            return TimeMark(record.t, "checkpoint", lane)
        case NonFinite():
            return TimeMark(record.t, "not finite", lane)
        case Held(why="asked" | "turn"):  # a probe has a sign of its own
            return TimeMark(record.t, "pause", record.lane)
        case LaneEnded(status="failed"):
            kind: MarkKind = "out of memory" if record.kind in (OUT_OF_MEMORY, HOST_MEMORY) else "failed"
            return TimeMark(record.t, kind, record.lane)
        case _:
            return None
