"""The runs in reach, each in a line."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.analysis.report import Report, ReportError, read_report
from training.analysis.run_course import read_course
from training.plan import Lane, PlanError, Sharing, read_plan
from training.record.event_records import LaneStatus
from training.record.liveness import Liveness, liveness
from training.record.run_folder import RunFolder, list_run_folders

RunListState = Literal["starting", "live", "elsewhere", "lost", "unreadable"] | LaneStatus
_LIVE: tuple[RunListState, ...] = ("starting", "live", "elsewhere")


class ListedRun(Struct, frozen=True):
    """One run: its state while it lives, its outcome when it has ended.

    `sharing` is what holds now, or held at the end.
    """

    run: str
    state: RunListState
    created_at: str
    sharing: Sharing
    device: Literal["cpu", "gpu"]
    presets: dict[Lane, str]
    folder: str


def list_runs() -> list[ListedRun]:
    """Every run whose plan can be read, live ones first, then the newest."""
    listed = [run for folder in list_run_folders() if (run := _listed(folder)) is not None]
    return sorted(listed, key=lambda run: run.state not in _LIVE)


def _listed(folder: RunFolder) -> ListedRun | None:
    try:
        plan = read_plan(folder.plan)
    except PlanError:
        return None
    state, report = _state(folder, liveness(folder))
    return ListedRun(
        run=plan.run,
        state=state,
        created_at=plan.created_at,
        sharing=report.sharing if report is not None else read_course(folder, plan).sharing,
        device=plan.device.kind,
        presets={lane: planned.preset_name for lane, planned in plan.lanes.items()},
        folder=str(folder.path),
    )


def _state(folder: RunFolder, found: Liveness) -> tuple[RunListState, Report | None]:
    """With the report, where the run has ended."""
    if found != "ended":
        return found, None
    try:
        report = read_report(folder.report)
    except ReportError:
        return "unreadable", None
    return report.outcome, report
