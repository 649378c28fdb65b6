"""Which lanes on record trained a preset all by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from training.analysis.report import Report, ReportError, read_report
from training.plan import Lane, Plan, PlanError, read_plan
from training.record.measurement_records import measured_on
from training.record.run_folder import RunFolder

NEWEST_RUNS = 200
"""How far back is looked: the work stays bounded however many runs are kept."""
ENOUGH = 6
"""More would only take longer to read."""


@dataclass(frozen=True, slots=True)
class SoloLane:
    """A lane that trained with the device to itself."""

    run: str
    lane: Lane
    records: Path


def solo_lanes(
    plan: Plan, lane: Lane, folders: Iterable[RunFolder], besides: RunFolder
) -> tuple[SoloLane, ...]:
    """Lanes that trained this lane's preset with its seed, alone, on the same device with the same versions.

    Args:
        plan: of the run whose lane is compared.
        lane: which of its lanes.
        folders: runs, newest first.
        besides: the run itself, which is left out.
    """
    found: list[SoloLane] = []
    seen = {besides.path}  # a folder may be listed twice: it was emptied and used again
    digest, backend = plan.lanes[lane].digest, plan.lanes[lane].preset.fit.backend
    on = measured_on(plan.device_of(lane), plan.versions, backend)
    for folder in islice(folders, NEWEST_RUNS):
        if len(found) >= ENOUGH:
            break
        if folder.path in seen:
            continue
        seen.add(folder.path)
        try:
            other = read_plan(folder.plan)
        except PlanError:
            continue
        alike: list[Lane] = [
            name
            for name, planned in other.lanes.items()
            if planned.digest == digest and measured_on(other.device_of(name), other.versions, backend) == on
        ]
        found += [
            SoloLane(other.run, name, folder.lane_records(name)) for name in _alone(folder, other, alike)
        ]
    return tuple(found[:ENOUGH])


def _alone(folder: RunFolder, plan: Plan, lanes: Sequence[Lane]) -> list[Lane]:
    if not lanes:
        return []
    try:
        report = read_report(folder.report)
    except ReportError:
        return []
    if not was_solo(plan, report):
        return []
    return [
        lane for lane in lanes if (told := report.lanes.get(lane)) and told.steps > 0 and told.no_gpu is None
    ]


def was_solo(plan: Plan, report: Report | None) -> bool:
    """Whether each lane of the run had the device to itself, as planned and to the end."""
    if report is None:
        return plan.sharing == "sequential" or len(plan.lanes) == 1
    if report.contention is not None and report.contention.shared_steps_per_s:
        return False
    in_turns = report.sharing == "sequential" and plan.sharing == "sequential"
    return in_turns or (len(plan.lanes) == 1 and len(report.lanes) == 1)
