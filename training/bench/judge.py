"""What came of one launch: measured, too few blocks, failed, cut short or lost."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from training.analysis.report import Report, ReportError, read_report
from training.bench.figures import LaunchFigures, read_figures
from training.bench.ledger import fewest_blocks
from training.bench.plan import BenchPlan
from training.bench.records import LaunchOutcome
from training.bench.schedule import PlannedLaunch
from training.plan import LANES, PlanError
from training.record.run_folder import RunFolder


@dataclass(frozen=True, slots=True)
class Judged:
    """The outcome, what was measured, and one sentence where something is wrong."""

    outcome: LaunchOutcome
    figures: LaunchFigures | None = None
    because: str = ""


def judge(folder: RunFolder, plan: BenchPlan, launch: PlannedLaunch, *, was_stopped: bool) -> Judged:
    """Read what came of a launch whose supervisor has ended.

    A run stops by itself once its blocks are done, so that a lane that was stopped is as good as one that ended;
    `was_stopped` says that a person stopped it.
    """
    try:
        report, figures = read_report(folder.report), read_figures(folder)
    except (ReportError, PlanError):
        if was_stopped:
            return Judged("interrupted", because="the bench was stopped")
        return Judged("lost", because=f"its supervisor died; what it recorded is in {folder.path}")
    enough = figures.blocks >= fewest_blocks(plan)
    if was_stopped and figures.blocks < plan.blocks:
        return Judged("interrupted", figures, "the bench was stopped")
    wrong = _what_is_wrong(report, launch)
    if wrong:
        return Judged("failed", because=wrong)
    if enough:
        return Judged("measured", figures)
    return Judged("few blocks", figures, figures.contention.because)


def forget_models(folder: RunFolder) -> None:
    """Delete what the lanes trained: nobody asked for these models, and those of many launches fill a disk."""
    for lane in LANES:
        shutil.rmtree(folder.lane_folder(lane), ignore_errors=True)


def _what_is_wrong(report: Report, launch: PlannedLaunch) -> str:
    """Why nothing may be concluded from the run, as a sentence; empty where all is well."""
    for lane, told in report.lanes.items():
        if told.status == "failed":
            error = told.error
            why = f"{error.kind}: {error.message}" if error is not None else "it ended without a word"
            return f"lane {lane.upper()} ({told.preset}) failed: {why}"
    if report.sharing != launch.sharing:
        return f"not under {launch.sharing}, as was asked, but {report.sharing}: {report.why_sharing_changed}"
    return report.gpu_verdict_void or ""
