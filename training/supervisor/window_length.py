"""How long the window is to be in which a lane is timed."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.supervisor.lane_pace import LanePace

FEWEST_STEPS = 30
"""A window has so many steps, and fewer where these would take longer than a window may."""
FEWEST_OF_SLOW_STEPS = 3
SHORT_EPOCH_WINDOWS = 1.5
"""A lane whose epoch is no longer than so many windows is timed over whole epochs."""
SHORTEST_EPOCH_S = 1e-3
DROPPED_S = 0.5
DROPPED_STEPS = 3
"""What the worker leaves out at a window's beginning: queues that filled during a pause empty first."""


@dataclass(frozen=True, slots=True)
class WindowLength:
    """A window of at least so many seconds and steps; `lasts_s` is about how long it then is.

    `stands_s` is for how long the other lane stands still for it: with what is left out before it.
    """

    seconds: float
    steps: int
    whole_epochs: bool
    lasts_s: float
    stands_s: float


def window_length(pace: LanePace, least_s: float, aimed_s: float) -> WindowLength:
    """The window for a lane of this pace, at least `least_s` long, and no longer than `aimed_s` for its steps."""
    short = pace.epoch_s is not None and 0 < pace.epoch_s <= SHORT_EPOCH_WINDOWS * max(least_s, 1.0)
    if short and pace.epoch_s is not None and pace.epoch_steps > 0:
        return _of_whole_epochs(pace.epoch_s, pace.epoch_steps, least_s, aimed_s)
    if not pace.recent_rate:
        return WindowLength(least_s, FEWEST_STEPS, False, least_s, least_s + DROPPED_S)
    steps = max(FEWEST_OF_SLOW_STEPS, int(min(FEWEST_STEPS, aimed_s * pace.recent_rate)))
    lasts_s = max(least_s, steps / pace.recent_rate)
    return WindowLength(
        least_s, steps, False, lasts_s, lasts_s + max(DROPPED_S, DROPPED_STEPS / pace.recent_rate)
    )


def _of_whole_epochs(epoch_s: float, epoch_steps: int, least_s: float, aimed_s: float) -> WindowLength:
    """An epoch of few steps may take long for its validation: it is its time that counts, not that of its steps."""
    epoch_s = max(epoch_s, SHORTEST_EPOCH_S)
    steps = min(FEWEST_STEPS, max(1, int(aimed_s / epoch_s)) * epoch_steps)
    lasts_s = max(math.ceil(steps / epoch_steps), math.ceil(least_s / epoch_s)) * epoch_s
    return WindowLength(least_s, steps, True, lasts_s, lasts_s + DROPPED_S + epoch_s)
