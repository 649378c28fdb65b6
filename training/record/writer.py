"""Append records to one of the run's files."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec

from training.record.lane_records import Schema
from training.record.tagged import Record

RECORD_SCHEMA = 1


class RecordWriter:
    """The one writer of one file. A write that fails is counted, and the next begins with a newline.

    Safe to call from several threads.
    """

    def __init__(self, path: Path, writer: str) -> None:
        self.failed_writes = 0
        self._encoder = msgspec.json.Encoder()
        self._lock = threading.Lock()
        self._broken_line = False
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.write(Schema(version=RECORD_SCHEMA, writer=writer))

    def write(self, record: Record) -> None:
        """Append one record; never raises for a full disk."""
        line = self._encoder.encode(record) + b"\n"
        with self._lock:
            if self._broken_line:
                line = b"\n" + line
            try:
                written = os.write(self._fd, line)
            except OSError:
                written = 0
            self._broken_line = written < len(line)
            self.failed_writes += self._broken_line

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
