"""`measurements.jsonl` in the state directory: what was measured, kept when the runs themselves are deleted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from training.record.lane_records import Schema
from training.record.measurement_records import LaneMeasured, Measurement
from training.record.run_home import state_home
from training.record.whole_file import write_whole

SCHEMA = 1
MOST_BYTES = 1 << 20
"""Some two thousand lines, read in milliseconds: a file that grows beyond is written anew."""
KEPT_OF_EACH = 10
"""How many measurements of the same thing a file that has grown too large keeps."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def store_path() -> Path:
    """The file, whether it exists or not."""
    return state_home() / "measurements.jsonl"


def read_kept(path: Path | None = None) -> tuple[Measurement, ...]:
    """What is kept, oldest first; damaged lines, and those of later versions, are passed over."""
    return tuple(_decoded(_last_lines(path or store_path())))


def keep(measurements: Iterable[Measurement], path: Path | None = None) -> None:
    """Append to the store; several processes may do so at once.

    Raises:
        OSError: it cannot be written.
    """
    lines = [msgspec.json.encode(one) for one in measurements]
    if not lines:
        return
    path = path or store_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(file).st_size
        if size == 0:
            lines.insert(0, msgspec.json.encode(Schema(SCHEMA, "measurements")))
        elif os.pread(file, 1, size - 1) != b"\n":
            lines.insert(0, b"")  # somebody's last line was cut short: it must not spoil ours
        data = b"\n".join(lines) + b"\n"
        os.write(file, data)  # in one call, so that lines of two processes do not mix
    finally:
        os.close(file)
    if size + len(data) > MOST_BYTES:
        _thin(path)


def _last_lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - MOST_BYTES))
            lines = file.read(MOST_BYTES).split(b"\n")
    except OSError:
        return []
    return lines if size <= MOST_BYTES else lines[1:]


def _decoded(lines: Iterable[bytes]) -> Iterator[Measurement]:
    decoder: msgspec.json.Decoder[Measurement] = msgspec.json.Decoder(Measurement)
    for line in lines:
        try:
            yield decoder.decode(line)
        except _UNREADABLE:
            continue


def _thin(path: Path) -> None:
    """Write the file anew with the newest of each thing; what is appended in that moment may be lost."""
    counts: Counter[object] = Counter()
    kept: list[bytes] = []
    left_bytes = MOST_BYTES // 2
    for one in reversed(list(_decoded(path.read_bytes().split(b"\n")))):
        counts[thing(one)] += 1
        if counts[thing(one)] <= KEPT_OF_EACH and left_bytes > 0:
            kept.append(msgspec.json.encode(one) + b"\n")
            left_bytes -= len(kept[-1])
    first = msgspec.json.encode(Schema(SCHEMA, "measurements")) + b"\n"
    write_whole(path, first + b"".join(reversed(kept)))


def thing(one: Measurement) -> object:
    """What was measured: further measurements of it only renew it."""
    if isinstance(one, LaneMeasured):
        return (one.on, one.digest, one.beside)
    return (tuple(one.on.values()), tuple(one.digests.values()), one.sharing)
