"""The blocks of a run's contention, each handed out once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from training.analysis.contention_history import ContentionHistory
from training.analysis.contention_state import BlockPoint
from training.plan import Lane, Plan
from training.record.contention_records import ProbeBegan
from training.record.event_records import EventRecord
from training.record.lane_records import LaneRecord


class SettledBlocks:
    """Follows a run's contention. A block's figures change with its shared time, until the next block begins."""

    def __init__(self, plan: Plan) -> None:
        self._history = ContentionHistory(plan)
        self._begun: float = -math.inf
        self._handed_out: float = -math.inf

    def take_event(self, record: EventRecord) -> None:
        """Take in one of the supervisor's events."""
        if isinstance(record, ProbeBegan):
            self._begun = record.block
        self._history.take_event(record)

    def take_lane_record(self, lane: Lane, record: LaneRecord) -> None:
        """Take in one record of whoever trains in the lane now."""
        self._history.take_lane_record(lane, record)

    def settled(self) -> Iterator[BlockPoint]:
        """The blocks after which another has begun, as they are known now."""
        return self._new_before(self._begun)

    def rest(self) -> Iterator[BlockPoint]:
        """All that were not handed out yet, where nothing more can come to them."""
        return self._new_before(math.inf)

    def _new_before(self, index: float) -> Iterator[BlockPoint]:
        for point in self._history.points():
            if self._handed_out < point.index < index:
                self._handed_out = point.index
                yield point
