"""Whatever happens to a record file, its reader goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training.record import reader as reader_module
from training.record.lane_records import Built, LaneRecord, Paused, Schema
from training.record.reader import LONGEST_LINE_BYTES, TailingReader

BYTES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

WHOLE = st.integers(0, 10**6).map(lambda step: b'{"k":"paused","t":1.5,"step":%d}' % step)
DAMAGED = st.one_of(
    st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")),
    WHOLE.flatmap(lambda line: st.integers(0, len(line) - 1).map(lambda end: line[:end])),
    st.sampled_from(
        [
            b"",
            b" \t ",
            b"\x00\x00\x00",
            b"\xff\xfe{}",
            b"null",
            b"[]",
            b"{}",
            b'{"k":5}',
            b'{"k":"paused"}',
            b'{"k":"paused","t":"late","step":1}',
            b'{"k":"paused","t":NaN,"step":1}',
            b'{"k":"paused","t":1e999,"step":1}',
            b'{"k":"paused\xff","t":1,"step":1}',
            b'{"k":"paused","t":1.0,"step":1}{"k":"paused","t":1.0,"step":1}',
            b'{"k":"progress","t":Infinity}',
            b"[" * 5000,
            b'{"k":"x","v":' + b"[" * 5000 + b"]" * 5000 + b"}",
            b'{"k":"paused","t":1,"v":' + b"[" * 5000,
        ]
    ),
)
UNKNOWN = st.sampled_from([b'{"k":"from_the_future","t":1,"deep":{"a":[1,2]}}', b'{"k":"","t":1}'])


def _steps(reader: TailingReader[LaneRecord]) -> list[int]:
    return [record.step for record in reader.read_new() if isinstance(record, Paused)]


def _reader(path: Path) -> TailingReader[LaneRecord]:
    return TailingReader(path, LaneRecord)


@BYTES
@given(
    lines=st.lists(st.tuples(st.sampled_from(["whole", "damaged", "unknown"]), st.data()), max_size=25),
    cuts=st.lists(st.integers(0, 3000), max_size=12),
    chunk_bytes=st.integers(1, 300),
    half=st.booleans(),
)
def test_every_whole_line_is_told_once_and_nothing_raises(
    tmp_path: Path, lines: Sequence[tuple[str, Any]], cuts: list[int], chunk_bytes: int, half: bool
) -> None:
    content, wanted = b"", []
    for kind, data in lines:
        line = data.draw({"whole": WHOLE, "damaged": DAMAGED, "unknown": UNKNOWN}[kind])
        if kind == "whole":
            wanted.append(json.loads(line)["step"])
        content += line + b"\n"
    content += b'{"k":"paused","t":1.5,"st' if half else b""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"")
    reader = _reader(path)
    told: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader_module, "CHUNK_BYTES", chunk_bytes)
        for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(content)], strict=True):
            with path.open("ab") as file:
                file.write(content[begin:end])
            told += _steps(reader)
    assert told == wanted
    assert _steps(reader) == []


@BYTES
@given(st.binary(max_size=400))
def test_any_bytes_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert _steps(_reader(path)) == []


def test_missing_file_has_no_records_yet(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    reader = _reader(path)
    assert _steps(reader) == []
    path.write_bytes(b'{"k":"paused","t":1.5,"step":3}\n')
    assert _steps(reader) == [3]
    path.unlink()
    assert _steps(reader) == []
    path.mkdir()
    assert _steps(reader) == []


def test_half_a_line_waits_for_its_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = b'{"k":"paused","t":1.5,"step":3}\n'
    reader = _reader(path)
    for index in range(len(line)):
        path.write_bytes(line[:index])
        assert _steps(reader) == []
    path.write_bytes(line)
    assert _steps(reader) == [3]
    assert reader.skipped_lines == 0


def test_what_is_skipped_is_counted_by_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'{"k":"schema","version":1,"writer":"a"}\n\n'
        b'{"k":"tomorrow","t":1}\n{"k":"tomorrow","t":2}\nrubbish\n'
        b'{"k":"paused","t":1.5}\n{"k":"paused","t":1.5,"step":3}\n'
    )
    reader = _reader(path)
    assert list(reader.read_new()) == [Schema(version=1, writer="a"), Paused(t=1.5, step=3)]
    assert (reader.unknown_lines, reader.damaged_lines, reader.skipped_lines) == (2, 2, 4)


def test_unknown_fields_of_a_known_record_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"k":"paused","new":{"deep":[1]},"t":1.5,"step":3}\n')
    assert list(_reader(path).read_new()) == [Paused(t=1.5, step=3)]


def test_overlong_line_is_passed_over_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = b'{"k":"paused","t":1.5,"step":%d}\n'
    path.write_bytes(line % 1 + b"x" * (3 * LONGEST_LINE_BYTES) + b"\n" + line % 2)
    reader = _reader(path)
    assert _steps(reader) == [1, 2]
    assert reader.damaged_lines == 1


def test_memory_does_not_grow_with_an_endless_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    reader = _reader(path)
    with path.open("ab") as file:
        for _ in range(5):
            file.write(b"y" * LONGEST_LINE_BYTES)
            file.flush()
            assert _steps(reader) == []
            assert len(reader._half_line) <= LONGEST_LINE_BYTES
        file.write(b'\n{"k":"paused","t":1.5,"step":9}\n')
    assert _steps(reader) == [9]


@pytest.mark.parametrize("kept", [0, 5, 32])
def test_file_that_became_shorter_is_taken_up_at_its_new_end(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "a.jsonl"
    line = b'{"k":"paused","t":1.5,"step":%d}\n'
    path.write_bytes(line % 1 + line % 2 + b'{"k":"pau')
    reader = _reader(path)
    assert _steps(reader) == [1, 2]
    with path.open("r+b") as file:
        file.truncate(kept)
    assert _steps(reader) == []
    with path.open("ab") as file:
        file.write(line % 3)
    assert _steps(reader) == [3]


def test_shortened_inside_an_overlong_line_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"z" * (2 * LONGEST_LINE_BYTES))
    reader = _reader(path)
    assert _steps(reader) == []
    path.write_bytes(b"")
    assert _steps(reader) == []
    path.write_bytes(b'{"k":"paused","t":1.5,"step":3}\n')
    assert _steps(reader) == [3]


def test_a_lane_bounded_by_time_alone_has_no_planned_length(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(
        b'{"k":"built","t":1.0,"parameters":7,"parameter_bytes":28,"batch_size":32,"train_samples":800,'
        b'"validation_samples":200,"steps_per_epoch":25,"device":"CPU"}\n'
    )
    reader: TailingReader[LaneRecord] = TailingReader(path, LaneRecord)
    (built,) = reader.read_new()
    assert isinstance(built, Built)
    assert built.planned_steps is None
    assert reader.skipped_lines == 0
