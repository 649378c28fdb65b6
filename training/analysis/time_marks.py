"""What happened at one moment of a run and is worth a sign on a time axis: epochs, checkpoints, pauses, failures."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class TimeMark:
    """One thing that happened; `lane` is None where it is of the device."""

    t: float
    kind: MarkKind
    lane: Lane | None = None


class TimeMarks:
    """Takes records of all files, each file in its own order; memory is bounded.

    Of each kind of each lane the newest are held. Those that are many have signs only where the axis shows few of them,
    and that is where one looks closely: at the newest mostly.
    """

    def __init__(self) -> None:
        # by lane as well: each lane's own order is that of its file, whatever comes between
        self._marks: dict[tuple[MarkKind, Lane | None], deque[TimeMark]] = {}
        self._sorted: tuple[TimeMark, ...] | None = ()

    def take(self, record: EventRecord | LaneRecord, lane: Lane | None = None) -> None:
        """Take in a record, of a lane's file where that is named; most are worth no sign."""
        mark = _mark(record, lane)
        if mark is not None:
            self.add(mark)

    def add(self, mark: TimeMark) -> None:
        """Put a mark in its place."""
        self._marks.setdefault((mark.kind, mark.lane), deque(maxlen=KEPT_OF_A_KIND)).append(mark)
        self._sorted = None

    def marks(self) -> tuple[TimeMark, ...]:
        """Those that are kept, the kinds least worth a sign first, each kind in order of time."""
        if self._sorted is None:
            every = (mark for held in self._marks.values() for mark in held)
            self._sorted = tuple(sorted(every, key=_place))
        return self._sorted


def _place(mark: TimeMark) -> tuple[int, float, str]:
    return MARK_KINDS.index(mark.kind), mark.t, mark.lane or ""


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
