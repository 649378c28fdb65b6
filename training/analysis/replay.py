"""A run played back from its records: at each time what a viewer had seen then."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from msgspec import structs

from training.analysis.history import PHASE_OF
from training.analysis.run_course import LaneLife, RunCourse, read_course
from training.analysis.run_fold import RunFold
from training.analysis.state import RunState
from training.plan import Lane, LanePlan, Plan, read_plan
from training.record.cursor import RecordCursor, last_time
from training.record.device_records import DeviceRecord
from training.record.event_records import EventRecord, Joined
from training.record.lane_records import LaneRecord
from training.record.liveness import Liveness, liveness
from training.record.run_folder import RunFolder

ASKED_EVERY = 2000
"""So many records are folded between two questions whether the place is still wanted."""

_NEXT_T = attrgetter("next_t")


class Replay:
    """Stands at one time of a run. `seek` goes to another; `state` is what the records told until then.

    What is there at a time depends on that time alone, and not on the way to it: records are folded in order of time.
    Forward it folds what is new; back it folds anew from the beginning, so that memory does not grow with the run's
    length. Not safe to share between threads; what `state` returns is.

    Raises:
        PlanError: on construction, where the folder has no plan that can be read.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.position_s = 0.0
        """Where it stands, in seconds since the run began."""
        self.end_s = 0.0
        """How far the record goes."""
        self._liveness: Liveness = "starting"
        self._begin()
        self.look()

    @property
    def plan(self) -> Plan:
        """What was asked, as it was where this stands."""
        return self._fold.plan

    @property
    def is_live(self) -> bool:
        """Whether the record may still grow."""
        return self._liveness not in ("ended", "lost")

    @property
    def is_at_end(self) -> bool:
        """Whether everything recorded so far is folded."""
        return self.position_s >= self.end_s and all(cursor.next_t == math.inf for cursor in self._cursors)

    def look(self) -> None:
        """Look how far the record goes by now, and what became of the run.

        Liveness is asked before the files are read, so that a run seen as ended is known to its end.
        """
        if not self.is_live:
            return
        self._liveness = liveness(self.folder)
        if self._has_joined():
            self._begin()  # files were renamed: what is ahead lies elsewhere now
            self.seek(self.position_s)
        files = [life.records for lives in self._lives.values() for life in lives]
        self.end_s = max(self.end_s, *map(last_time, (self.folder.events, self.folder.device, *files)))
        for cursor in self._cursors:
            cursor.look()

    def seek(self, t: float, *, wanted: Callable[[], bool] = lambda: True) -> bool:
        """Go to a time of the run, or to the nearer end of its record.

        Args:
            t: seconds since the run began.
            wanted: asked now and then; once it says no, the way is broken off where it leads by then.

        Returns:
            Whether it got there.
        """
        t = min(max(t, 0.0), self.end_s)
        if t < self.position_s:
            self._begin()
            self.position_s = 0.0
        # at the end is everything, also what a damaged file tells of later times
        until_t = math.inf if t >= self.end_s else t
        while (due := min(self._cursors, key=_NEXT_T)).next_t <= until_t and due.next_t < math.inf:
            reached_t = due.next_t
            due.step()
            self._folded += 1
            if self._folded % ASKED_EVERY == 0 and not wanted():
                self.position_s = min(max(self.position_s, reached_t), t)
                return False
        self.position_s = t
        if self._liveness == "lost" and self.is_at_end:
            self._fold.lost()
        return True

    def state(self) -> RunState:
        """The run as it stood where this stands; at the end of the record, as it is shown now."""
        at_end = self.is_at_end
        return self._fold.state(
            PHASE_OF[self._liveness] if at_end else "running",
            self._fold.last_t if at_end else self.position_s,
            skipped_lines=sum(cursor.skipped_lines for cursor in self._cursors),
        )

    def _begin(self) -> None:
        """Stand before the first record, with the lanes that the run was launched with."""
        plan = read_plan(self.folder.plan)
        self._events_bytes = _size(self.folder.events)
        self._course: RunCourse = read_course(self.folder, plan)
        self._lives = {
            lane: [*self._course.earlier.get(lane, ()), life] for lane, life in self._course.now.items()
        }
        self._folded = 0
        self._fold = RunFold(plan_at_launch(plan, self._course), self.folder.path)
        self._events: RecordCursor[EventRecord] = RecordCursor(
            self.folder.events, EventRecord, self._take_event
        )
        self._device: RecordCursor[DeviceRecord] = RecordCursor(
            self.folder.device, DeviceRecord, self._fold.take_device_record
        )
        self._lanes: dict[Lane, RecordCursor[LaneRecord]] = {
            lane: self._records_of(life) for lane, life in self._course.launched.items()
        }
        self._line_up()

    def _line_up(self) -> None:
        """Put the files in the order in which what came at one time is folded."""
        self._cursors: tuple[RecordCursor[Any], ...] = (self._events, *self._lanes.values(), self._device)

    def _has_joined(self) -> bool:
        """Whether somebody joined since this began; the events are read for it only where they have grown."""
        size, before = _size(self.folder.events), self._events_bytes
        self._events_bytes = size
        if size == before:
            return False
        course = read_course(self.folder, read_plan(self.folder.plan))
        return course.taken_over_t != self._course.taken_over_t

    def _records_of(self, life: LaneLife) -> RecordCursor[LaneRecord]:
        return RecordCursor(life.records, LaneRecord, partial(self._fold.take_lane_record, life.lane))

    def _take_event(self, record: EventRecord) -> None:
        self._fold.take_event(record)
        if isinstance(record, Joined):
            lives = self._lives.get(record.lane, [])
            life = next((one for one in lives if one.joined == record), None)
            if life is not None:
                self._lanes[record.lane] = self._records_of(life)
                self._line_up()


def plan_at_launch(plan: Plan, course: RunCourse) -> Plan:
    """The plan before anybody joined; a lane of which it is not kept what it was planned as has its name alone."""
    lanes: dict[Lane, LanePlan] = {
        lane: life.planned or _named(life.preset_name, plan.lanes[lane])
        for lane, life in course.launched.items()
    }
    return structs.replace(plan, lanes=lanes)


def _named(preset_name: str, after: LanePlan) -> LanePlan:
    return LanePlan(preset_name, after.origin, structs.replace(after.preset, title=preset_name))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
