"""How long a viewer looks on at a lost run: its trainings checkpoint, stop, and tell so by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from training.analysis.state import LOST, RunState
from training.record.wall_time import wall_time

WITHIN_S = 35.0
"""A worker whose supervisor is gone ends within half a minute, in order or not."""
_CLOCKS_DIFFER_S = 2.0
"""The wall time of a run's beginning is told in whole seconds, and a process's own is counted from the boot's."""

WallSpan = tuple[float, float]
"""From when to when, in seconds since the epoch."""


def is_running(pid: int, begun: WallSpan) -> bool:
    """Whether a process of this number began in this span, and is not merely waiting to be reaped.

    A number is given again once its process is gone, so that it alone does not say whose it is; and one that was read
    from a record may be none at all.
    """
    if pid <= 0:
        return False
    first, last = begun
    try:
        process = psutil.Process(pid)
        if not first <= process.create_time() <= last:
            return False
        return process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except (psutil.Error, ValueError, OverflowError):
        return False


def launched_within(state: RunState) -> WallSpan | None:
    """When the processes of a lost run's lanes began: not before the run did, nor after its last record.

    None where the run does not tell when it began.
    """
    started = wall_time(state.started_wall)
    if started is None:
        return None
    began = started.timestamp()
    return began - _CLOCKS_DIFFER_S, began + state.elapsed_s + _CLOCKS_DIFFER_S


class LastWords:
    """Asked after each look at a run; says of a lost one whether a lane may still tell how it ended."""

    def __init__(
        self,
        *,
        lives: Callable[[int, WallSpan], bool] = is_running,
        clock: Callable[[], float] = time.monotonic,
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
        begun = launched_within(state)
        lives = begun is not None and any(pid is not None and self._lives(pid, begun) for pid in untold)
        lived, self._lived = self._lived, lives
        return (lived or lives) and now_s - self._since_s < WITHIN_S
