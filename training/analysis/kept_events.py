"""The newest lines of the event list, in order of time: they come from several files."""

from __future__ import annotations

from bisect import insort

from training.analysis.state import EventLine

KEPT_EVENTS = 400


class KeptEvents:
    """Takes lines in any order; keeps no more than `KEPT_EVENTS`, the newest."""

    def __init__(self) -> None:
        self._lines: list[EventLine] = []

    def add(self, line: EventLine) -> None:
        """Put a line in its place."""
        insort(self._lines, line, key=_place)
        del self._lines[:-KEPT_EVENTS]

    def lines(self) -> tuple[EventLine, ...]:
        """Those that are kept, oldest first."""
        return tuple(self._lines)


def _place(line: EventLine) -> tuple[float, str, str]:
    return line.t, line.lane or "", line.text
