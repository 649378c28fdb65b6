"""A run as it is told elsewhere: its plan, its curves, and its report; what there is so far while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec import structs

from training.analysis.build_report import build_report
from training.analysis.history import RunHistory
from training.analysis.paused_text import phase_text
from training.analysis.report import Monitor, Report, read_report
from training.analysis.run_course import RunCourse, read_course
from training.analysis.state import RunState
from training.plan import Lane, Plan
from training.record.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class RunAccount:
    """One run at one moment."""

    plan: Plan
    report: Report
    """What `report.json` holds; where there is none (yet), what the records say so far: its monitor is then void."""
    state: RunState
    is_over: bool
    """Whether the report is the run's own."""
    course: RunCourse
    """What became of the plan while the run went on."""

    def status(self, lane: Lane) -> str:
        """What became of the lane, or what it does now."""
        if self.is_over or lane not in self.state.lanes:
            return self.report.lanes[lane].status
        return phase_text(self.state, lane)


def read_account(folder: RunFolder) -> RunAccount:
    """Read a run from its folder, whether it has ended, goes on, or is lost.

    Raises:
        PlanError: the folder has no plan that can be read.
        ReportError: it has a report, but a damaged one.
    """
    history = RunHistory(folder)
    history.refresh()
    state = history.state()
    course = read_course(folder, history.plan)
    if folder.report.exists():
        return RunAccount(history.plan, read_report(folder.report), state, is_over=True, course=course)
    report = _so_far(folder, history.plan, state)
    return RunAccount(history.plan, report, state, is_over=False, course=course)


def _so_far(folder: RunFolder, plan: Plan, state: RunState) -> Report:
    monitor = Monitor(cpu_s=0.0, wall_s=state.elapsed_s, peak_rss_bytes=0)
    report = build_report(folder, plan, datetime.now(UTC), monitor)
    return structs.replace(report, started_at=state.started_wall or plan.created_at, ended_at="")
