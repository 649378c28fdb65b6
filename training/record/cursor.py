"""Read a run's file as it stood at each moment: record by record, each with the time from which on it was there."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from training.record.reader import TailingReader

TAIL_BYTES = 64 * 1024

RecordT = TypeVar("RecordT")


class RecordCursor(Generic[RecordT]):
    """Stands before one record of a file; `step` hands it on. Holds one chunk of the file in memory.

    A record was there no sooner than those before it in the file, whatever its own time says; one that tells no time
    came with the one before. What cannot be read is passed over and counted, as every reader does.
    """

    def __init__(self, path: Path, record_types: Any, take: Callable[[RecordT], object]) -> None:
        """`take` is given each record in the file's order."""
        self.next_t = math.inf
        """From when on the next record was there; infinite where the file has none (yet)."""
        self.skipped_lines = 0
        """Lines passed over before the records that were handed on."""
        self._take = take
        self._reader: TailingReader[RecordT] = TailingReader(path, record_types)
        self._records: Iterator[RecordT] = iter(())
        self._next: RecordT | None = None
        self._t = -math.inf
        self.look()

    def look(self) -> None:
        """Find what was appended to a file that had been read to its end."""
        if self._next is None:
            self._records = self._reader.read_new()
            self._read_ahead()

    def step(self) -> None:
        """Hand on the next record, where there is one."""
        record = self._next
        if record is not None:
            self.skipped_lines = self._reader.skipped_lines
            self._read_ahead()
            self._take(record)

    def _read_ahead(self) -> None:
        self._next = next(self._records, None)
        if self._next is None:
            self.next_t, self.skipped_lines = math.inf, self._reader.skipped_lines
            return
        t = getattr(self._next, "t", None)
        if t is not None:
            self._t = max(self._t, t)
        self.next_t = self._t


class _Timed(msgspec.Struct, frozen=True):
    """Only the time of a line."""

    t: float | None = None


def last_time(path: Path) -> float:
    """The latest time that the end of a record file tells; 0 where it tells none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            lines = file.read().split(b"\n")
    except OSError:
        return 0.0
    return max((t for line in lines if (t := _time_of(line)) is not None), default=0.0)


def _time_of(line: bytes) -> float | None:
    try:
        return _DECODER.decode(line).t
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


_DECODER = msgspec.json.Decoder(_Timed)
