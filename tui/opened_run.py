"""A run that is open: its newest state, the screen that shows it, and the thread that follows its folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from training.analysis.history import RunHistory
from training.analysis.kept_state import read_kept_state
from training.analysis.state import RunState
from training.plan import Plan
from training.planned_lanes import preset_reference
from training.record.run_folder import RunFolder
from tui.feed import Feed, RunFeed
from tui.lane_ends import LaneEnds
from tui.messages import ReadFailed, RunChanged
from tui.screens.live import LiveScreen

if TYPE_CHECKING:
    from training.launch import Launched
    from training.plan import Lane
    from tui.look import Look
    from tui.screens.report import ReportScreen
    from tui.viewing import Viewing


class OpenedRun:
    """One run that is open, until `close`."""

    def __init__(
        self,
        plan: Plan,
        state: RunState,
        live: LiveScreen,
        feed: Feed,
        *,
        was_launched_here: bool = False,
        report_shown: bool = False,
        readonly: bool = False,
    ) -> None:
        """`report_shown` says that its report is not to come up by itself; `readonly` that nothing is asked of it."""
        self.plan = plan
        self.state = state
        self.live = live
        self.feed = feed
        self.was_launched_here = was_launched_here
        self.report_shown = report_shown
        self.lane_ends = LaneEnds(from_the_start=was_launched_here)
        self._readonly = readonly

    @property
    def folder(self) -> RunFolder:
        """Where it lies."""
        return RunFolder.at(self.state.folder)

    @property
    def picks(self) -> dict[Lane, str]:
        """References of its presets."""
        return {lane: preset_reference(planned) for lane, planned in self.plan.lanes.items()}

    @property
    def has_ended_badly(self) -> bool:
        """Whether a lane failed."""
        return any(lane.phase == "failed" for lane in self.state.lanes.values())

    def report_screen(self) -> ReportScreen:
        """Its report.

        Raises:
            ReportError: there is none that can be read.
        """
        from training.analysis.report import read_report
        from tui.screens.report import ReportScreen
        from tui.screens.retry import RunAgain

        report = read_report(self.folder.report)
        self.report_shown = True
        plan = self.live.plan
        again = RunAgain(plan, self.state) if plan is not None and not self._readonly else None
        return ReportScreen(report, Path(self.state.folder), again=again, readonly=self._readonly)

    def close(self) -> None:
        """Follow it no more; a live run goes on."""
        self.feed.stop()


def opened_run(
    folder: RunFolder,
    launched: Launched | None,
    post: Callable[[RunChanged | ReadFailed], object],
    look: Look,
    how: Viewing,
) -> OpenedRun:
    """Open a run's folder; `post` is handed, in a thread, each new state and what kept the run from being read.

    Raises:
        PlanError: its plan cannot be read.
    """
    history = RunHistory(folder)
    state = read_kept_state(folder) or history.state()
    return OpenedRun(
        history.plan,
        state,
        LiveScreen(state, plan=history.plan, period_s=look.refresh_s, readonly=how.readonly),
        RunFeed(
            history,
            lambda state, looks_on: post(RunChanged(state, looks_on)),
            failed=lambda why: post(ReadFailed(why)),
            supervisor=launched.supervisor if launched is not None else None,
            period_s=look.refresh_s,
        ),
        was_launched_here=launched is not None,
        # A run that had ended before it was opened is looked at for its curves; its report is a key away.
        report_shown=launched is None and folder.report.exists(),
        readonly=how.readonly,
    )
