"""What a bench's current launch is at, from its run's events."""

from __future__ import annotations

from training.plan import LANES, Lane
from training.record.contention_records import ProbeBegan, SoloSpan
from training.record.event_records import BarrierOpened, EventRecord, LaneEnded, Launched, WarmingUp
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


class RunWatch:
    """Follows one run: `block` is the one it is at, 0 before the first; `doing` says in a few words what it does."""

    def __init__(self, folder: RunFolder) -> None:
        self.block = 0
        self.doing = "starts"
        self._timed: set[Lane] = set()
        self._reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)

    def refresh(self) -> None:
        """Read what was appended since the last time."""
        for record in self._reader.read_new():
            self._take(record)

    def _take(self, record: EventRecord) -> None:
        match record:
            case Launched():
                self.doing = "starts"
            case WarmingUp():
                self.doing = f"{record.lane.upper()} warms up"
            case BarrierOpened():
                self.doing = "both train"
            case ProbeBegan():
                if record.block != self.block:
                    self._timed.clear()
                self.block, self.doing = record.block, f"{record.lane.upper()} alone"
            case SoloSpan():
                self._timed.add(record.lane)
                if len(self._timed) == len(LANES):
                    self.doing = "both train"
            case LaneEnded():
                self.doing = "ends"
            case _:
                pass
