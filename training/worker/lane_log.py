"""Where a lane's own words go."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

Say = Callable[[str], None]


def say_on_stdout(text: str) -> None:
    """Say it on stdout, which is the log of the lane that the process was started for."""
    with contextlib.suppress(OSError):  # the log's disk may be full
        print(text, flush=True)


def say_in(log: Path) -> Say:
    """Say it in a file of the lane's own, where stdout is another lane's log."""

    def say(text: str) -> None:
        with contextlib.suppress(OSError), log.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text + "\n")

    return say
