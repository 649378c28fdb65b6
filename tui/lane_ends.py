"""Which lanes end while somebody looks."""

from __future__ import annotations

from training.analysis.state import ENDED_PHASES, LaneState, RunState
from training.plan import Lane


class LaneEnds:
    """Takes each state of one run, and tells of every end once. What had ended before the first look is not news."""

    def __init__(self, *, from_the_start: bool) -> None:
        """`from_the_start` says that the run was launched for this look: nothing of it can have ended before."""
        self._ended: set[Lane] = set()
        self._looked = from_the_start

    def take(self, state: RunState) -> tuple[LaneState, ...]:
        """Return the lanes that have ended since the last state; one that joins in a lane's place may end again."""
        ended = {lane for lane, held in state.lanes.items() if held.phase in ENDED_PHASES}
        news = ended - self._ended if self._looked else set()
        self._ended, self._looked = ended, True
        return tuple(held for lane, held in state.lanes.items() if lane in news)
