"""Give a lane its place in a run that trains already: in the plan, and among the folder's files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path

from msgspec import structs

from training.analysis.contention import Contention
from training.plan import LANES, Lane, LanePlan, Plan, write_plan
from training.record.event_records import Joined
from training.record.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Place:
    """The plan with the lane in it, and whose place it took: what that was planned as, and the file of its records."""

    plan: Plan
    replaced: LanePlan | None = None
    earlier_records: str | None = None

    def taken(self, t: float, lane: Lane, planned: LanePlan, by: str) -> Joined:
        """The event that tells of it."""
        replaces = None if self.replaced is None else self.replaced.preset_name
        return Joined(t, lane, planned, by, replaces, self.replaced, self.earlier_records)


def words_on_pair(told: Contention) -> str:
    """What the pair until now came to, for the record: the verdict is of another from now on. Empty without one."""
    if told.verdict == "unknown":
        return ""
    return f"the pair until now, of which nothing counts any more: {told.verdict}, {told.because}"


def take_place(folder: RunFolder, plan: Plan, lane: Lane, planned: LanePlan) -> Place:
    """Write the plan with this lane in it, and make room for its files where another of its name has ended.

    Raises:
        OSError: the plan cannot be written, or a file cannot be renamed; the plan is as it was then.
    """
    lanes: dict[Lane, LanePlan] = {**plan.lanes, lane: planned}
    joined = structs.replace(plan, lanes={name: lanes[name] for name in LANES if name in lanes})
    write_plan(joined, folder.plan)
    if lane not in plan.lanes:
        return Place(joined)
    try:
        earlier = make_room(folder, lane)
    except OSError:
        write_plan(plan, folder.plan)
        raise
    return Place(joined, plan.lanes[lane], earlier)


def make_room(folder: RunFolder, lane: Lane) -> str:
    """Give what the ended lane wrote names with a number; returns the new name of its records.

    Raises:
        OSError: a file cannot be renamed.
    """
    files = (folder.lane_records(lane), folder.lane_log(lane), folder.lane_folder(lane))
    number = next(n for n in count(1) if not any(_numbered(path, n).exists() for path in files))
    for path in files:
        if path.exists():
            path.rename(_numbered(path, number))
    return _numbered(folder.lane_records(lane), number).name


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")
