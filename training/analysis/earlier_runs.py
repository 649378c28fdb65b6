"""What earlier runs say of a preset on a device: its memory, its rate, how long it trained."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from training.analysis.report import LaneReport, Report, ReportError, read_report
from training.plan import Lane, Plan, PlanError, PlannedDevice, Sharing, read_plan
from training.preset import Preset, preset_digest
from training.record.event_records import LaneStatus
from training.record.run_folder import RunFolder, list_run_folders

NEWEST_RUNS = 200
"""How far back is read: the work stays bounded however many runs are kept."""


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """One lane of one ended run."""

    run: str
    ended_at: str
    """Wall time, ISO 8601 with offset: for people only."""
    sharing: Sharing
    beside: str | None
    """What trained in the other lane."""
    status: LaneStatus
    is_whole: bool
    """It trained the preset's own length, with no limit of the run's."""
    steps: int
    train_s: float
    steps_per_s: float | None
    peak_memory_bytes: int | None


_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """Earlier runs by preset and device."""

    _by_key: dict[_Key, tuple[EarlierRun, ...]] = field(default_factory=dict)

    def of(self, preset: Preset, device: PlannedDevice) -> tuple[EarlierRun, ...]:
        """Every lane that trained this very preset on this very device, newest first."""
        return self._by_key.get((preset_digest(preset), device_key(device)), ())


def device_key(device: PlannedDevice) -> str:
    """What tells devices apart: a GPU's UUID; a CPU's name, as machines may share the disk of the runs."""
    return device.uuid or f"{device.kind} {device.name}"


def read_earlier_runs(folders: Iterable[RunFolder] | None = None) -> EarlierRuns:
    """Read the newest runs' plans and reports; what is missing or damaged is left out.

    Args:
        folders: the runs, newest first; those of the state directory when None.
    """
    found: dict[_Key, list[EarlierRun]] = {}
    for folder in islice(list_run_folders() if folders is None else folders, NEWEST_RUNS):
        try:
            plan, report = read_plan(folder.plan), read_report(folder.report)
        except (PlanError, ReportError):
            continue
        for lane, lane_plan in plan.lanes.items():
            told = report.lanes.get(lane)
            if told is not None and told.steps > 0:
                key = (preset_digest(lane_plan.preset), device_key(plan.device))
                found.setdefault(key, []).append(_earlier_run(lane, told, plan, report))
    return EarlierRuns({key: tuple(runs) for key, runs in found.items()})


def _earlier_run(lane: Lane, told: LaneReport, plan: Plan, report: Report) -> EarlierRun:
    limits = plan.limits
    unlimited = limits.epochs is None and limits.steps is None and limits.minutes is None
    return EarlierRun(
        run=report.run,
        ended_at=report.ended_at,
        sharing=report.sharing,
        beside=next((other.preset for name, other in report.lanes.items() if name != lane), None),
        status=told.status,
        is_whole=unlimited and told.status == "completed",
        steps=told.steps,
        train_s=told.train_s,
        steps_per_s=told.steps_per_s,
        peak_memory_bytes=told.peak_memory_bytes,
    )
