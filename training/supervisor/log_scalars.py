"""Numbers that a program prints, found in its log by its user's own pattern."""

from __future__ import annotations

import math
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

LOSS = "loss"
STEP = "step"
LONGEST_LINE_BYTES = 2000
MOST_BYTES = 1 << 20
"""Of one look; a log that grows faster is read from further on: a curve needs no more."""
MATCHING_S = 0.25
"""What all the lines of one look may take: a pattern can need longer than anybody lives for a single line."""
_ENDS_OF_LINE = re.compile(rb"[\r\n\x08]+")
"""A progress bar writes over itself, by carriage returns or, in older Keras, by backspaces."""


class Scalar(NamedTuple):
    """A number with its name, and the step that was written beside it."""

    name: str
    value: float
    step: int | None = None


class TooSlowError(Exception):
    """The pattern takes longer than it may."""


class LogScalars:
    """Follows one log file; only for the main thread of a process, whose alarm it sets."""

    def __init__(self, path: Path, pattern: str) -> None:
        """`pattern` has a group around the loss, named `loss` or the first; others with a name are numbers beside it.

        One named `step` is the step.
        """
        self._path = path
        self._pattern = re.compile(pattern)
        self._names = dict(self._pattern.groupindex) or {LOSS: 1}
        if LOSS not in self._names:
            self._names[LOSS] = 1
        self._offset = 0
        self._rest = b""

    def read_new(self) -> list[Scalar]:
        """The numbers of the lines that were ended since the last call.

        Raises:
            TooSlowError: matching was given up in the middle.
        """
        lines = [line for line in self._new_lines() if line]
        return list(self._matched(lines)) if lines else []

    def _new_lines(self) -> list[bytes]:
        try:
            with self._path.open("rb") as file:
                size = file.seek(0, 2)
                if size - self._offset > MOST_BYTES:
                    self._offset, self._rest = size - MOST_BYTES, b""
                file.seek(self._offset)
                content = file.read(MOST_BYTES)
        except OSError:
            return []
        self._offset += len(content)
        *lines, rest = _ENDS_OF_LINE.split(self._rest + content)
        self._rest = rest[:LONGEST_LINE_BYTES]
        return [line[:LONGEST_LINE_BYTES] for line in lines]

    def _matched(self, lines: list[bytes]) -> Iterator[Scalar]:
        before = signal.signal(signal.SIGALRM, _give_up)
        signal.setitimer(signal.ITIMER_REAL, MATCHING_S)
        try:
            found = [self._pattern.search(line.decode("utf-8", "replace")) for line in lines]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        for match in found:
            if match is not None:
                yield from self._scalars(match)

    def _scalars(self, match: re.Match[str]) -> Iterator[Scalar]:
        told = {name: _number(match[group]) for name, group in self._names.items()}
        step = told.pop(STEP, None)
        for name, value in told.items():
            if value is not None:
                yield Scalar(name, value, None if step is None else int(step))


def _number(text: str | None) -> float | None:
    """A finite number; None of anything else."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 2**63 else None


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TooSlowError
