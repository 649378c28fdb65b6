"""The lines of the event list, in order of time: they come from several files."""

from __future__ import annotations

from bisect import insort
from dataclasses import replace

from training.analysis.event_text import event_line, stood_text
from training.analysis.hold_times import HoldTimes
from training.analysis.state import EventLine
from training.plan import Lane
from training.record.contention_records import Held, LetGo
from training.record.device_records import MeterTrouble
from training.record.event_records import EventRecord, LaneEnded
from training.record.lane_records import LaneRecord

KEPT_EVENTS = 400


class KeptEvents:
    """Takes records and lines in any order; keeps no more than `KEPT_EVENTS` lines, the newest.

    For what a lane stood still is told by another file than that it did: such lines get their words when asked for.
    """

    def __init__(self) -> None:
        self._lines: list[EventLine] = []
        self._holds = HoldTimes()

    def take(self, record: EventRecord | LaneRecord | MeterTrouble, lane: Lane | None = None) -> None:
        """Take in a record, of a lane's file where that is named; not each is worth a line."""
        if isinstance(record, Held | LetGo | LaneEnded):
            self._holds.take(record)
        line = event_line(record, lane)
        if line is not None:
            self.add(line)

    def add(self, line: EventLine) -> None:
        """Put a line in its place."""
        insort(self._lines, line, key=_place)
        del self._lines[:-KEPT_EVENTS]

    def lines(self) -> tuple[EventLine, ...]:
        """Those that are kept, oldest first."""
        return tuple(self._worded(line) for line in self._lines)

    def _worded(self, line: EventLine) -> EventLine:
        if line.stood_at_step is None or line.lane is None:
            return line
        return replace(line, text=stood_text(line.stood_at_step, self._holds.why(line.lane, line.t)))


def _place(line: EventLine) -> tuple[float, str, str]:
    return line.t, line.lane or "", line.text
