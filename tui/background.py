"""Calls that cannot be interrupted, made so that they can be left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")
_LOOK_EVERY_S = 0.05


class AbandonedError(Exception):
    """Nobody waits for the result any more."""


def abandonable(call: Callable[[], _Result], is_cancelled: Callable[[], bool]) -> _Result:
    """The call's result, from inside a thread worker, unless it is cancelled first.

    A driver or a network disk may hold a call for many seconds; Textual waits for its workers when it ends, and
    Python for their threads. So the call gets a thread that nobody waits for.

    Raises:
        AbandonedError: it was cancelled before the call returned.
        Exception: what the call raised.
    """
    results: list[_Result] = []
    errors: list[Exception] = []
    done = threading.Event()

    def run() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001 - raised again where it is waited for
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=run, daemon=True).start()
    while not done.wait(_LOOK_EVERY_S):
        if is_cancelled():
            raise AbandonedError
    if errors:
        raise errors[0]
    return results[0]
