"""Who is to stand still, and for whom: a lane trains only while nothing holds it."""

from __future__ import annotations

from collections.abc import Callable

from training.plan import Lane
from training.record.contention_records import Held, HeldFor, LetGo
from training.record.writer import RecordWriter


class Holds:
    """Reasons to stand still, by lane. A worker is told only when the first comes and when the last goes."""

    def __init__(
        self, tell: Callable[[Lane, str], bool], events: RecordWriter, now: Callable[[], float]
    ) -> None:
        """`tell` sends `pause` or `resume` to a lane's worker and says whether it was taken."""
        self._tell = tell
        self._events = events
        self._now = now
        self._reasons: dict[Lane, set[HeldFor]] = {}
        self._not_told: set[Lane] = set()
        """Lanes that nothing holds any more, and whose workers did not take that."""

    def hold(self, lane: Lane, why: HeldFor) -> bool:
        """Have the lane stand still at its next batch; False where its worker does not take it."""
        reasons = self._reasons.setdefault(lane, set())
        if why in reasons:
            return True
        if not reasons and not self._tell(lane, "pause"):
            return False
        self._not_told.discard(lane)
        reasons.add(why)
        self._events.write(Held(t=self._now(), lane=lane, why=why))
        return True

    def let_go(self, lane: Lane, why: HeldFor) -> bool:
        """Take one reason away; the lane trains again once it was the last.

        False where the worker does not take that now: `tell_again` tries until it does.
        """
        reasons = self._reasons.get(lane, set())
        if why not in reasons:
            return True
        reasons.discard(why)
        self._events.write(LetGo(t=self._now(), lane=lane, why=why))
        if reasons or self._tell(lane, "resume"):
            return True
        self._not_told.add(lane)
        return False

    def tell_again(self) -> None:
        """Have lanes train again that did not take it before: their commands had no room."""
        for lane in tuple(self._not_told):
            if self._tell(lane, "resume"):
                self._not_told.discard(lane)

    def why(self, lane: Lane) -> frozenset[HeldFor]:
        """What holds the lane now."""
        return frozenset(self._reasons.get(lane, ()))

    def forget(self, lane: Lane) -> None:
        """The lane has ended: nothing holds it."""
        self._reasons.pop(lane, None)
        self._not_told.discard(lane)
