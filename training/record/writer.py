"""Append records to one of the run's files."""

from __future__ import annotations

import os
import threading
from collections import deque
from pathlib import Path

import msgspec

from training.record.lane_records import Schema
from training.record.tagged import Record

RECORD_SCHEMA = 1


class RecordWriter:
    """The one writer of one file. After a write that failed the next begins with a newline.

    The last `kept_lines` records that a full disk did not take wait for the next write or `flush`; what is dropped is
    counted. Safe to call from several threads.
    """

    def __init__(self, path: Path, writer: str, *, kept_lines: int = 0) -> None:
        self.dropped = 0
        self._kept_lines = kept_lines
        self._waiting: deque[bytes] = deque()
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()
        self._broken_line = False
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.write(Schema(version=RECORD_SCHEMA, writer=writer))

    def write(self, record: Record) -> None:
        """Append one record; never raises for a full disk."""
        line = self._encoder.encode(record) + b"\n"
        with self._lock:
            self._waiting.append(line)
            self._write_waiting()
            while len(self._waiting) > self._kept_lines:
                self._waiting.popleft()
                self.dropped += 1

    def flush(self) -> bool:
        """Try again what waits; returns whether nothing waits any more."""
        with self._lock:
            self._write_waiting()
            return not self._waiting and not self._broken_line

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _write_waiting(self) -> None:
        while self._waiting:
            line = (b"\n" if self._broken_line else b"") + self._waiting[0]
            missing = len(line) - self._append(line)
            if missing == len(line):
                return
            self._broken_line = missing > 0
            if missing > 1:
                return
            self._waiting.popleft()  # a record of which only the newline is missing is not written twice
        if self._broken_line and self._append(b"\n"):
            self._broken_line = False

    def _append(self, data: bytes) -> int:
        try:
            return os.write(self._fd, data)
        except OSError:
            return 0
