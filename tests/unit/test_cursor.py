"""A record file as it stood at each moment."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.unit.made_runs import append, lines
from training.record.cursor import TAIL_BYTES, RecordCursor, last_time
from training.record.lane_records import LaneRecord, Paused, Schema
from training.record.writer import RECORD_SCHEMA


class Taken(list[LaneRecord]):
    """What a cursor handed on."""

    def until(self, cursor: RecordCursor[LaneRecord], t: float) -> list[int]:
        """Step up to this time; the steps of what came by that."""
        before = len(self)
        while cursor.next_t <= t and cursor.next_t < math.inf:
            cursor.step()
        return [record.step for record in self[before:] if isinstance(record, Paused)]


def test_what_was_written_later_comes_later_whatever_its_own_time(tmp_path: Path) -> None:
    path, taken = tmp_path / "a.jsonl", Taken()
    append(
        path, Schema(RECORD_SCHEMA, "a"), *(Paused(t, step) for step, t in enumerate((1.0, 5.0, 4.0, 6.0)))
    )
    cursor: RecordCursor[LaneRecord] = RecordCursor(path, LaneRecord, taken.append)
    assert cursor.next_t == -math.inf
    assert taken.until(cursor, 0.5) == []
    assert isinstance(taken[0], Schema)
    assert taken.until(cursor, 4.5) == [0]
    assert taken.until(cursor, 5.0) == [1, 2]
    assert taken.until(cursor, math.inf) == [3]
    assert cursor.next_t == math.inf
    cursor.step()
    assert len(taken) == 5


def test_a_file_that_grows_is_read_on(tmp_path: Path) -> None:
    path, taken = tmp_path / "a.jsonl", Taken()
    cursor: RecordCursor[LaneRecord] = RecordCursor(path, LaneRecord, taken.append)
    assert cursor.next_t == math.inf
    append(path, Paused(1.0, 1))
    assert taken.until(cursor, math.inf) == []
    cursor.look()
    append(path, Paused(2.0, 2))
    cursor.look()
    assert taken.until(cursor, math.inf) == [1, 2]


def test_what_cannot_be_read_counts_once_what_follows_it_is_there(tmp_path: Path) -> None:
    path, taken = tmp_path / "a.jsonl", Taken()
    path.write_bytes(lines([Paused(1.0, 1)]) + b'{"k":"paused"\n' + lines([Paused(2.0, 2)]) + b"\xff\n")
    cursor: RecordCursor[LaneRecord] = RecordCursor(path, LaneRecord, taken.append)
    taken.until(cursor, 1.5)
    assert cursor.skipped_lines == 0
    taken.until(cursor, 2.0)
    assert cursor.skipped_lines == 2


@pytest.mark.parametrize(
    ("content", "latest"),
    [
        (b"", 0.0),
        (lines([Paused(3.0, 1), Paused(2.0, 2)]), 3.0),
        (lines([Paused(3.0, 1)]) + b'{"k":"paused","t":9', 3.0),
        (b'{"t":"late"}\n[1]\n\xff\n{"t":NaN}\n' + b"[" * 5000 + b"\n", 0.0),
        (b"x" * TAIL_BYTES + b"\n" + lines([Paused(4.0, 1)]), 4.0),
    ],
    ids=["empty", "back", "half a line", "damaged", "long"],
)
def test_how_far_a_file_goes(tmp_path: Path, content: bytes, latest: float) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert last_time(path) == latest


def test_a_file_that_is_not_there_goes_nowhere(tmp_path: Path) -> None:
    assert last_time(tmp_path / "a.jsonl") == 0.0
