"""Several trainings in one thread: each takes a few steps, then it is the next one's turn."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol


class TurnTaker(Protocol):
    """A training that goes on a little whenever it is its turn, and waits for nothing itself."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""

    @property
    def is_held(self) -> bool:
        """Whether it stands still until it is told something; never of one that has ended."""

    def take_turn(self) -> None:
        """Go on a little. What goes wrong in it is its own affair: nothing is raised."""


def take_turns(takers: Sequence[TurnTaker], changed: threading.Condition) -> None:
    """Let each go on in turn until all have ended; while all that are left are held, wait until `changed`.

    One that is held is passed over, so that the others have the thread to themselves meanwhile.
    """
    left = list(takers)
    while left:
        for taker in left:
            if not taker.is_held:
                taker.take_turn()
        left = [taker for taker in left if not taker.has_ended]
        if left and _all_held(left):
            _wait_while_held(left, changed)


def _wait_while_held(takers: Sequence[TurnTaker], changed: threading.Condition) -> None:
    with changed:
        changed.wait_for(lambda: not _all_held(takers))


def _all_held(takers: Sequence[TurnTaker]) -> bool:
    return all(taker.is_held for taker in takers)
