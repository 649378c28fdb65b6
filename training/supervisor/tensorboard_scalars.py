"""Scalars in the event files that a program writes for TensorBoard, read with nothing of TensorBoard's installed.

A file is TFRecords (tensorflow/core/lib/io/record_writer.h): length, its checksum, an `Event` (event.proto), and its
checksum. These are not looked at: what is half written is longer than the file, and is read the next time.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

from training.supervisor.log_scalars import LOSS, Scalar

MOST_FILES = 64
LISTED_EVERY = 10
"""Looks from one listing of the folder to the next: it may be large."""
MOST_BYTES = 4 << 20
"""Of one file at one look."""
LONGEST_RECORD_BYTES = 16 << 20
_HEADER = struct.Struct("<QI")
_FOOTER_BYTES = 4
_LOSS_TAGS = frozenset(
    {"loss", "epoch_loss", "batch_loss", "train_loss", "training_loss", "loss/train", "train/loss"}
)
_VALIDATION = frozenset({"validation", "val", "eval", "test"})
_FLOAT = 1  # DataType.DT_FLOAT of types.proto

Field = tuple[int, int, int | bytes]
"""Number, wire type and value of a field of a protocol buffer."""


class TensorBoardScalars:
    """Follows the event files below a folder, from their ends on: what is there already is of another training."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = self._listed()
        self._offsets = {path: _size_of(path) for path in self._files}
        self._looks = 0

    def read_new(self, *, is_last: bool = False) -> list[Scalar]:
        """The scalars that were written since the last call; a loss of validation keeps its place among the others."""
        found: list[Scalar] = []
        self._looks += 1
        if is_last or self._looks % LISTED_EVERY == 0:
            self._files = self._listed()
        for path in self._files:
            is_validation = bool(_VALIDATION & set(path.relative_to(self._folder).parts[:-1]))
            for scalar in self._new_scalars(path):
                found.append(_renamed(scalar, is_validation))
        return found

    def _listed(self) -> list[Path]:
        try:
            return sorted(self._folder.rglob("events.out.tfevents.*"))[-MOST_FILES:]
        except OSError:
            return []

    def _new_scalars(self, path: Path) -> Iterator[Scalar]:
        offset = self._offsets.get(path, 0)
        try:
            with path.open("rb") as file:
                file.seek(offset)
                content = file.read(MOST_BYTES)
        except OSError:
            return
        at = 0
        while at + _HEADER.size <= len(content):
            length, _ = _HEADER.unpack_from(content, at)
            end = at + _HEADER.size + length + _FOOTER_BYTES
            if length > LONGEST_RECORD_BYTES:
                at = len(content)  # no event file any more: what follows cannot be found
                break
            if end > len(content):
                break
            yield from _scalars_of_event(content[at + _HEADER.size : end - _FOOTER_BYTES])
            at = end
        self._offsets[path] = offset + at


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _renamed(scalar: Scalar, is_validation: bool) -> Scalar:
    if is_validation:
        return scalar._replace(name=f"val {scalar.name}")
    return scalar._replace(name=LOSS) if scalar.name.lower() in _LOSS_TAGS else scalar


def _scalars_of_event(event: bytes) -> Iterator[Scalar]:
    """`Event`: 2 is the step, 5 a `Summary`."""
    try:
        fields = list(_fields(event))
        step = next((value for number, _, value in fields if number == 2 and isinstance(value, int)), None)
        for number, _, value in fields:
            if number == 5 and isinstance(value, bytes):
                yield from _scalars_of_summary(value, step)
    except (ValueError, struct.error, IndexError):
        return  # damaged: the next record stands by itself


def _scalars_of_summary(summary: bytes, step: int | None) -> Iterator[Scalar]:
    """`Summary`: 1 is a value, of which 1 is the tag, 2 a simple value, 8 a `TensorProto`."""
    for number, _, value in _fields(summary):
        if number != 1 or not isinstance(value, bytes):
            continue
        tag, told = "", None
        for part, wire, content in _fields(value):
            if part == 1 and isinstance(content, bytes):
                tag = content.decode("utf-8", "replace")[:80]
            elif part == 2 and wire == 5 and isinstance(content, bytes):
                told = float(struct.unpack("<f", content)[0])
            elif part == 8 and isinstance(content, bytes):
                told = _scalar_of_tensor(content)
        if tag and told is not None and math.isfinite(told):
            yield Scalar(tag, told, step)


def _scalar_of_tensor(tensor: bytes) -> float | None:
    """`TensorProto`: 1 is the type, 2 the shape, 4 the content as bytes, 5 floats; None of what is no one float."""
    kind, floats = None, b""
    for number, _, value in _fields(tensor):
        if number == 1:
            kind = value
        elif number in (4, 5) and isinstance(value, bytes):
            floats = value
    if kind != _FLOAT or len(floats) != 4:
        return None
    return float(struct.unpack("<f", floats)[0])


def _fields(message: bytes) -> Iterator[Field]:
    """The fields of a protocol buffer's message (protobuf.dev, "Encoding").

    Raises:
        ValueError, IndexError: it is damaged.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(message, at)
            yield key >> 3, wire, value
            continue
        if wire == 2:
            size, at = _varint(message, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(message):
            raise ValueError("cut short")
        yield key >> 3, wire, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number without end")
