"""What a worker that was only asked something answered: what was wanted, or why it cannot be had."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from msgspec import Struct

from training.preset.printable import one_line

T = TypeVar("T")


class NoAnswerError(Exception):
    """The worker told no answer; the message is one line."""


class _Told(Struct, frozen=True):
    error: str = "nothing was told"


def answer_in(told: bytes, kind: type[T], exit_code: int, process: str) -> T:
    """The answer in what a worker told.

    Args:
        told: one JSON object, or nothing.
        kind: of the answer; anything else is `{"error": …}`.
        exit_code: of the worker, for where it told nothing at all.
        process: what the worker is called then.

    Raises:
        NoAnswerError: it is no answer.
    """
    try:
        return msgspec.json.decode(told, type=kind)
    except msgspec.DecodeError:
        pass
    try:
        message = msgspec.json.decode(told, type=_Told).error
    except msgspec.DecodeError:
        message = f"{process} ended with exit code {exit_code}"
    raise NoAnswerError(one_line(message))
