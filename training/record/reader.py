"""Read a run's growing files: new records since the last look, whatever happened to the file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Generic, TypeVar, get_args

import msgspec

CHUNK_BYTES = 256 * 1024
LONGEST_LINE_BYTES = 1024 * 1024

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding a damaged line raises; the last where brackets go thousands deep."""

RecordT = TypeVar("RecordT")


class _Tag(msgspec.Struct):
    """Only the tag of a line."""

    k: str


class TailingReader(Generic[RecordT]):
    """Yields the records appended to one file since the last look.

    A missing file has no records yet. A half-written last line waits for its rest. Damaged lines and unknown tags
    are passed over and counted. A file that became shorter is taken up at its new end: what stands there was read.
    """

    def __init__(self, path: Path, record_types: Any) -> None:
        self.path = path
        self.damaged_lines = 0
        self.unknown_lines = 0
        self._decoder: msgspec.json.Decoder[RecordT] = msgspec.json.Decoder(record_types)
        self._tag_decoder = msgspec.json.Decoder(_Tag)
        self._known_tags = frozenset(_tags(record_types))
        self._offset = 0
        self._half_line = b""
        self._inside_overlong_line = False

    @property
    def skipped_lines(self) -> int:
        """Lines passed over so far."""
        return self.damaged_lines + self.unknown_lines

    def read_new(self) -> Iterator[RecordT]:
        """Yield the records of every whole line since the last look; holds one chunk in memory at a time."""
        for line in self._new_lines():
            record = self._decode(line)
            if record is not None:
                yield record

    def _new_lines(self) -> Iterator[bytes]:
        try:
            file = self.path.open("rb")
        except OSError:
            return
        with file:
            size = os.fstat(file.fileno()).st_size
            if size < self._offset:
                self._offset = size
                self._half_line = b""
                self._inside_overlong_line = False
            file.seek(self._offset)
            while chunk := file.read(CHUNK_BYTES):
                self._offset += len(chunk)
                yield from self._split(chunk)

    def _split(self, chunk: bytes) -> Iterator[bytes]:
        *lines, rest = (self._half_line + chunk).split(b"\n")
        self._half_line = rest
        for line in lines:
            if self._inside_overlong_line:
                self._inside_overlong_line = False
            elif line.strip():
                yield line
        if len(self._half_line) > LONGEST_LINE_BYTES:
            self.damaged_lines += 0 if self._inside_overlong_line else 1
            self._inside_overlong_line = True
            self._half_line = b""

    def _decode(self, line: bytes) -> RecordT | None:
        try:
            return self._decoder.decode(line)
        except _UNREADABLE:
            self._count_skipped(line)
            return None

    def _count_skipped(self, line: bytes) -> None:
        try:
            tag = self._tag_decoder.decode(line).k
        except _UNREADABLE:
            self.damaged_lines += 1
            return
        if tag in self._known_tags:
            self.damaged_lines += 1
        else:
            self.unknown_lines += 1


def _tags(record_types: UnionType | type) -> Iterator[str]:
    for record_type in get_args(record_types) or (record_types,):
        tag = record_type.__struct_config__.tag
        if isinstance(tag, str):
            yield tag
