"""The supervisor's records, on a disk that fills up and is freed again."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from training.record.event_records import EventRecord, Note
from training.record.lane_records import Schema
from training.record.reader import TailingReader
from training.record.writer import RecordWriter

LINE_BYTES = len('{"k":"note","t":1.0,"message":"n"}\n')


class Disk:
    """Stands in for `os.write`: takes at most `room` bytes."""

    def __init__(self) -> None:
        self.room: float = math.inf
        self._write = os.write

    def write(self, fd: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(28, "No space left on device")
        taken = self._write(fd, data[: int(min(self.room, len(data)))])
        self.room -= taken
        return taken


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """A disk whose room the test sets."""
    disk = Disk()
    monkeypatch.setattr("training.record.writer.os.write", disk.write)
    return disk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the records go."""
    return tmp_path / "events.jsonl"


@pytest.fixture
def writer(path: Path, disk: Disk) -> Iterator[RecordWriter]:
    """A writer that keeps five lines for a full disk."""
    writer = RecordWriter(path, "supervisor", kept_lines=5)
    yield writer
    writer.close()


def _told(path: Path) -> list[float]:
    reader: TailingReader[EventRecord] = TailingReader(path, EventRecord)
    return [record.t for record in reader.read_new() if isinstance(record, Note)]


def test_first_line_is_the_schema_and_the_file_is_private(path: Path, writer: RecordWriter) -> None:
    assert msgspec.json.decode(path.read_bytes(), type=Schema) == Schema(version=1, writer="supervisor")
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("room", [0, 1, 9, LINE_BYTES - 1, LINE_BYTES, LINE_BYTES + 1, 2 * LINE_BYTES - 1])
def test_nothing_kept_is_lost_or_told_twice(path: Path, writer: RecordWriter, disk: Disk, room: int) -> None:
    disk.room = room
    for t in (1.0, 2.0, 3.0):
        writer.write(Note(t=t, message="n"))
    assert not writer.flush()
    disk.room = math.inf
    assert writer.flush()
    writer.write(Note(t=4.0, message="n"))
    assert _told(path) == [1.0, 2.0, 3.0, 4.0]
    assert path.read_bytes().endswith(b"\n")
    assert writer.dropped == 0


def test_what_waits_is_bounded_and_counted(path: Path, writer: RecordWriter, disk: Disk) -> None:
    disk.room = 0
    for t in range(12):
        writer.write(Note(t=float(t), message="n"))
    assert writer.dropped == 7
    disk.room = math.inf
    writer.write(Note(t=12.0, message="n"))
    assert _told(path) == [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]


def test_without_keeping_the_next_record_has_a_line_of_its_own(path: Path, disk: Disk) -> None:
    writer = RecordWriter(path, "supervisor")
    disk.room = 10
    writer.write(Note(t=1.0, message="n"))
    writer.write(Note(t=2.0, message="n"))
    disk.room = math.inf
    writer.write(Note(t=3.0, message="n"))
    writer.close()
    assert _told(path) == [3.0]
    assert writer.dropped == 2
