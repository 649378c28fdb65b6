"""How a run went on from its plan: who trained in each lane, one after the other, and how they shared the device."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from training.plan import Lane, LanePlan, Plan, Sharing
from training.record.event_records import EventRecord, Joined, LaneEnded, Launched, SharingChanged
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


@dataclass(slots=True)
class LaneLife:
    """One training in a lane, from its launch to its end."""

    lane: Lane
    preset_name: str
    records: Path
    planned: LanePlan | None
    """None where another took its place and the record does not keep it: the plan has that one now."""
    joined: Joined | None = None
    """None where it was launched with the run."""
    number: int = 0
    """How many trained in the lane before it."""
    launched: Launched | None = None
    ended: LaneEnded | None = None

    def path_now(self, path: str | None) -> str | None:
        """Where a file of its folder is now: another's taking the lane's place renamed the folder as the records."""
        if path is None or self.records.stem == self.lane or Path(path).parent.name != self.lane:
            return path
        return str(Path(path).parent.with_name(self.records.stem) / Path(path).name)


class RunCourse:
    """Takes a run's events in order."""

    def __init__(self, folder: RunFolder, plan: Plan) -> None:
        """`plan` is the newest there is: who joined may be in it before the event is read that says so."""
        self.asked: Sharing = plan.sharing
        self.happened: list[Joined | SharingChanged] = []
        """What became otherwise than planned, in order."""
        self._folder = folder
        self._lives: dict[Lane, list[LaneLife]] = {
            lane: [LaneLife(lane, planned.preset_name, folder.lane_records(lane), planned)]
            for lane, planned in plan.lanes.items()
        }

    def take(self, record: EventRecord) -> None:
        """Take in one event."""
        match record:
            case Launched() if record.lane in self._lives:
                self._lives[record.lane][-1].launched = record
            case LaneEnded() if record.lane in self._lives:
                self._lives[record.lane][-1].ended = record
            case SharingChanged():
                self.happened.append(record)
            case Joined():
                self.happened.append(record)
                self._join(record)
            case _:
                pass

    @property
    def changes(self) -> list[SharingChanged]:
        """How the lanes came to share the device otherwise, in order."""
        return [record for record in self.happened if isinstance(record, SharingChanged)]

    @property
    def sharing(self) -> Sharing:
        """How they share it now."""
        return self.changes[-1].after if self.changes else self.asked

    @property
    def now(self) -> dict[Lane, LaneLife]:
        """Who trains in each lane, or did last."""
        return {lane: lives[-1] for lane, lives in self._lives.items()}

    @property
    def earlier(self) -> dict[Lane, list[LaneLife]]:
        """Who trained in a lane before another took its place, oldest first; lanes without any are absent."""
        return {lane: lives[:-1] for lane, lives in self._lives.items() if len(lives) > 1}

    @property
    def launched(self) -> dict[Lane, LaneLife]:
        """Who was there from the beginning."""
        return {lane: lives[0] for lane, lives in self._lives.items() if lives[0].joined is None}

    @property
    def taken_over_t(self) -> dict[Lane, list[float]]:
        """When another took each lane's place, in order."""
        return {
            lane: [life.joined.t for life in lives if life.joined is not None and life.number > 0]
            for lane, lives in self._lives.items()
        }

    def replaced_by(self, record: Joined) -> LaneLife | None:
        """Whose place it took that joined; None where the lane was free."""
        lives = self._lives[record.lane]
        return next((one for one, after in pairwise(lives) if after.joined is record), None)

    def _join(self, record: Joined) -> None:
        lives = self._lives.setdefault(record.lane, [])
        if record.replaces is None:
            lives.clear()  # it was in the plan already, as if it had been launched with the run
        elif lives:
            self._give_way(lives[-1], record)
        records = self._folder.lane_records(record.lane)
        lives.append(
            LaneLife(record.lane, record.planned.preset_name, records, record.planned, record, len(lives))
        )

    def _give_way(self, life: LaneLife, record: Joined) -> None:
        if life.joined is None:
            life.preset_name, life.planned = record.replaces or life.preset_name, record.replaced
        if record.earlier_records is not None:
            life.records = self._folder.path / Path(record.earlier_records).name


def read_course(folder: RunFolder, plan: Plan) -> RunCourse:
    """Read a run's events from their beginning."""
    course = RunCourse(folder, plan)
    reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
    for record in reader.read_new():
        course.take(record)
    return course
