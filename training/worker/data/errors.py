"""The error a data set that cannot be had ends in."""

from __future__ import annotations

from typing import Literal

DataErrorKind = Literal["missing-data", "bad-data"]


class DataError(Exception):
    """A data set that cannot be had, told in one line before any training begins."""

    def __init__(self, kind: DataErrorKind, message: str, hint: str) -> None:
        super().__init__(message)
        self.kind: DataErrorKind = kind
        self.message = message
        self.hint = hint
        """What the person can do about it."""
