"""One thing looked at, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["pass", "warn", "stop", "info"]


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `stop` keeps a training from starting, `warn` may spoil it; `remedy` says what to do."""

    name: str
    state: State
    message: str
    remedy: str = ""
    can_be_forced: bool = False
    """A `stop` that rests on a forecast: whoever knows better may launch all the same."""


def gib(count_bytes: int | float) -> str:
    """Return bytes as GiB for a sentence."""
    return f"{count_bytes / 2**30:.1f} GiB"


def count_of(count: int, what: str) -> str:
    """Return a count with its word, "1 process" or "2 processes"; `what` ends in s."""
    return f"{count} {what}" if count == 1 else f"{count} {what}es"
