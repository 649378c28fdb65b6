"""How long a viewer looks on at a lost run: its trainings checkpoint, stop, and tell so by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from training.analysis.state import LOST, RunState

WITHIN_S = 35.0
"""A worker whose supervisor is gone ends within half a minute, in order or not."""


def is_running(pid: int) -> bool:
    """Whether there is a process of this number that is not merely waiting to be reaped."""
    try:
        return psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.Error:
        return False


class LastWords:
    """Asked after each look at a run; says of a lost one whether a lane may still tell how it ended."""

    def __init__(
        self, *, lives: Callable[[int], bool] = is_running, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lives = lives
        self._clock = clock
        self._since_s: float | None = None
        self._lived = True
        """At the look before: what a process wrote last is read after it is gone."""

    def may_come(self, state: RunState) -> bool:
        """Whether to look again."""
        untold = [
            lane.pid for lane in state.lanes.values() if lane.error is not None and lane.error.kind == LOST
        ]
        if state.phase != "lost" or not untold:
            return False
        now_s = self._clock()
        self._since_s = now_s if self._since_s is None else self._since_s
        lived, self._lived = self._lived, any(pid is not None and self._lives(pid) for pid in untold)
        return (lived or self._lived) and now_s - self._since_s < WITHIN_S
