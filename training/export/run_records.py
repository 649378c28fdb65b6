"""Every record of a run, read once: also of trainings whose place in a lane another took."""

from __future__ import annotations

from collections.abc import Iterator

from training.analysis.run_course import LaneLife, RunCourse
from training.plan import Lane, Plan
from training.record.device_records import DeviceRecord
from training.record.event_records import EventRecord
from training.record.lane_records import LaneRecord
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


class RunRecords:
    """Reads a run's files as they grow. Read the events first: they tell whose the lanes' records are."""

    def __init__(self, folder: RunFolder, plan: Plan) -> None:
        self._course = RunCourse(folder, plan)
        self._events: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
        self._device: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
        self._lanes: dict[tuple[Lane, int], TailingReader[LaneRecord]] = {}

    @property
    def now(self) -> dict[Lane, LaneLife]:
        """Who trains in each lane, or did last, as far as the events have been read."""
        return self._course.now

    def new_events(self) -> Iterator[EventRecord]:
        """The events since the last time. While one is looked at, `now` is still what it was before it."""
        for record in self._events.read_new():
            yield record
            self._course.take(record)

    def new_lane_records(self) -> Iterator[tuple[LaneLife, LaneRecord]]:
        """The records of all trainings since the last time, each with whose it is."""
        for life in self._lives():
            reader = self._reader_of(life)
            for record in reader.read_new():
                yield life, record

    def new_device_records(self) -> Iterator[DeviceRecord]:
        """What the meter told since the last time."""
        yield from self._device.read_new()

    def training_at(self, lane: Lane, t: float) -> LaneLife | None:
        """Who had the lane at this time of the run; None where nobody had."""
        of_lane = [life for life in self._lives() if life.lane == lane]
        return next((life for life in reversed(of_lane) if life.joined is None or life.joined.t <= t), None)

    def _lives(self) -> list[LaneLife]:
        """Oldest first in each lane; without those of which no record tells where theirs are now."""
        found: list[LaneLife] = []
        for lane, now in self._course.now.items():
            earlier = self._course.earlier.get(lane, [])
            found += [life for life in earlier if life.records != now.records] + [now]
        return found

    def _reader_of(self, life: LaneLife) -> TailingReader[LaneRecord]:
        key = (life.lane, life.number)
        if key not in self._lanes:
            self._lanes[key] = TailingReader(life.records, LaneRecord)
        reader = self._lanes[key]
        reader.path = life.records  # renamed where another took its place: what is left of it is read there
        return reader
