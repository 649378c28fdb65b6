"""Searching a log: what is looked for, where it is found, and which place is looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

_LONGEST = 80


class LogSearch:
    """Looks for text as it stands; capital letters count where there are any in it."""

    def __init__(self) -> None:
        self.text = ""
        self.found: tuple[int, ...] = ()
        """The lines that hold it, in order."""
        self.at: int | None = None
        """The line looked at, one of those."""

    def look_for(self, text: str, lines: Sequence[str], near: int) -> None:
        """Look for another text. The line looked at is the last one that holds it up to `near`, else the first."""
        self.text = text[:_LONGEST]
        self.look_again(lines)
        before = bisect_right(self.found, near)
        self.at = self.found[max(0, before - 1)] if self.found else None

    def look_again(self, lines: Sequence[str]) -> None:
        """Look through other lines for the same text; the line looked at stays if it is still one."""
        self.found = tuple(number for number, line in enumerate(lines) if self.spans(line))
        if self.at is not None and self.at not in self.found:
            self.at = None

    def move(self, by: int, near: int) -> None:
        """Go to the next line that holds it, or the one before; past the last comes the first.

        Args:
            by: 1 for the next, -1 for the one before.
            near: the line to go from where none is looked at yet.
        """
        if not self.found:
            return
        at = near if self.at is None else self.at
        place = bisect_right(self.found, at) if by > 0 else bisect_left(self.found, at) - 1
        self.at = self.found[place % len(self.found)]

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Where it stands in a line: beginnings and ends, in characters."""
        if not self.text:
            return []
        wanted, text = self.text, line
        if wanted == wanted.lower():
            # letter by letter: a line in small letters may be longer than the line
            text = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in line)
        spans: list[tuple[int, int]] = []
        start = text.find(wanted)
        while start >= 0:
            spans.append((start, start + len(wanted)))
            start = text.find(wanted, start + len(wanted))
        return spans

    @property
    def told(self) -> str:
        """What was found, in a few words."""
        if not self.found:
            return "not found"
        if self.at is None:
            return f"in {len(self.found)} lines"
        return f"line {self.found.index(self.at) + 1} of {len(self.found)}"
