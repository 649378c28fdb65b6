"""Losses that a script or program wrote itself, for a report: the mean of its first and of its last ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from training.analysis.lane_outcome import LaneOutcome
from training.analysis.run_course import LaneLife, RunCourse
from training.analysis.script_lane_history import LOSS
from training.plan import Lane
from training.record.event_records import EventRecord, ScalarRead

SHARE = 20
"""One twentieth of them at each end, as of the steps of a lane that tells these."""


class WrittenLosses:
    """Takes a run's events in order."""

    def __init__(self) -> None:
        self._written: dict[Lane, list[tuple[float, float]]] = {}
        """When, and what."""

    def take(self, record: EventRecord) -> None:
        """Take in one event."""
        if isinstance(record, ScalarRead) and record.name == LOSS:
            self._written.setdefault(record.lane, []).append((record.t, record.value))

    def complete(
        self,
        now: Mapping[Lane, LaneOutcome],
        earlier: Mapping[Lane, Sequence[tuple[LaneLife, LaneOutcome]]],
        course: RunCourse,
    ) -> None:
        """Put them into the outcomes that know no losses: who trains now in each lane, and who did before."""
        lives = [(course.now[lane], outcome) for lane, outcome in now.items()]
        for life, outcome in (*lives, *(one for before in earlier.values() for one in before)):
            values = self._of(life)
            if outcome.first_loss is None and outcome.last_loss is None and values:
                share = max(1, len(values) // SHARE)
                outcome.first_loss = sum(values[:share]) / share
                outcome.last_loss = sum(values[-share:]) / share

    def _of(self, life: LaneLife) -> list[float]:
        """What one training in a lane wrote between its launch and its end."""
        began = life.launched.t if life.launched is not None else 0.0
        ended = life.ended.t if life.ended is not None else math.inf
        return [value for t, value in self._written.get(life.lane, ()) if began <= t <= ended]
