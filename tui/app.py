"""The app: which screen is shown, and what its messages lead to."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui import exit_codes
from tui.house_app import HouseApp
from tui.messages import AskFailed, EndFound, LaunchFailed, OpenFailed, ReadFailed, RunChanged, RunLaunched
from tui.screens.live_messages import (
    AgainAsked,
    CurvesAsked,
    LeaveAsked,
    NewRunAsked,
    PeriodChosen,
    ReportAsked,
    StopAsked,
    SupervisorAsked,
)
from tui.screens.pick_messages import LaunchAsked
from tui.starting import launch_here, leave_on_signals
from tui.viewing import NOTHING_LAUNCHED, Viewing, viewing

if TYPE_CHECKING:
    from training.analysis.state import RunState
    from training.launch import Launched, LaunchRequest
    from training.plan import Lane, Plan
    from training.record.run_folder import RunFolder
    from tui.feed import RunFeed
    from tui.lane_ends import LaneEnds
    from tui.screens.live import LiveScreen
    from tui.screens.pick import PickScreen

ASKED_BY = "the screen"


class DualtrainApp(HouseApp):
    """Pick, live and report. Owns no training: leaving it ends none."""

    TITLE = "dualtrain"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Leave at once", show=False, priority=True, tooltip="The run goes on"),
    ]

    def __init__(
        self,
        *,
        launched: Launched | None = None,
        folder: RunFolder | None = None,
        launcher: Callable[[LaunchRequest], Launched] = launch_here,
        how: Viewing | None = None,
    ) -> None:
        super().__init__(how or viewing())
        self.farewell = ""
        """What is printed once the terminal is back."""
        self._first_launched = launched
        self._first_folder = folder
        self._launcher = launcher
        self._is_launching = False
        self._feed: RunFeed | None = None
        self._plan: Plan | None = None
        self._state: RunState | None = None
        self._lane_ends: LaneEnds | None = None
        self._ends_with = ""
        """What will end the run though it is left to go on."""
        self._pick: PickScreen | None = None
        self._live: LiveScreen | None = None
        self._report_shown = False
        self._picks: dict[Lane, str] | None = None
        """References of the pair that was shown last: what the pick screen begins with."""

    def on_mount(self) -> None:
        """Show what was asked for."""
        leave_on_signals(self._leave)
        self.call_after_refresh(gc.enable)  # switched off by whoever opens the app
        if self._first_launched is not None:
            self._follow(self._first_launched.folder, self._first_launched)
        elif self._first_folder is not None:
            self._follow(self._first_folder, None)
        else:
            self._show_pick()

    def on_unmount(self) -> None:
        """End the thread; the run, where there is one, goes on."""
        if self._feed is not None:
            self._feed.stop()

    async def action_quit(self) -> None:
        """Leave at once; a live run goes on."""
        self._leave()

    # Pick -------------------------------------------------------------------------------------------------------

    def _show_pick(self, picks: dict[Lane, str] | None = None) -> None:
        from tui.screens.pick import PickScreen

        if self._pick is None:
            self._pick = PickScreen(picks=picks) if picks else PickScreen()
            self.push_screen(self._pick)
        else:
            while self.screen is not self._pick:
                self.pop_screen()

    @on(LaunchAsked)
    @on(AgainAsked)
    def _launch_asked(self, message: LaunchAsked | AgainAsked) -> None:
        if self.how.readonly:
            self.post_message(LaunchFailed(NOTHING_LAUNCHED))
        elif not self._is_launching:
            self._is_launching = True
            self._launch(replace(message.request, notify=message.request.notify or self.how.notify))

    @work(thread=True, group="launch", exit_on_error=False)
    def _launch(self, request: LaunchRequest) -> None:
        from training.meters.devices import DeviceUnavailableError

        try:
            self.post_message(RunLaunched(self._launcher(request)))
        except (ValueError, OSError, DeviceUnavailableError) as error:
            self.post_message(LaunchFailed(str(error)))

    @on(LaunchFailed)
    def _launch_failed(self, message: LaunchFailed) -> None:
        self._is_launching = False
        if self._pick is not None and self.screen is self._pick:
            self._pick.show_problem(message.why)
        else:
            self.notify(message.why, title="Not launched", severity="error", timeout=20, markup=False)

    @on(RunLaunched)
    def _run_launched(self, message: RunLaunched) -> None:
        self._is_launching = False
        self._follow(message.launched.folder, message.launched)

    # Live -------------------------------------------------------------------------------------------------------

    def _follow(self, folder: RunFolder, launched: Launched | None) -> None:
        from training.analysis.history import RunHistory
        from training.launch import preset_reference
        from training.plan import PlanError
        from tui.feed import RunFeed
        from tui.lane_ends import LaneEnds

        if self._feed is not None:
            self._feed.stop()
        try:
            history = RunHistory(folder)
        except PlanError as error:
            self.post_message(OpenFailed(str(error)))
            return
        self._plan = history.plan
        self._lane_ends = LaneEnds(from_the_start=launched is not None)
        self._find_what_ends_it(folder, launched)
        self._picks = {lane: preset_reference(planned) for lane, planned in history.plan.lanes.items()}
        # A run that had ended before it was opened is looked at for its curves; its report is a key away.
        self._report_shown = launched is None and folder.report.exists()
        self._state = history.state()
        self._show_live(self._state)
        supervisor = launched.supervisor if launched is not None else None
        self._feed = RunFeed(
            history,
            lambda state, looks_on: self.post_message(RunChanged(state, looks_on)),
            failed=lambda why: self.post_message(ReadFailed(why)),
            supervisor=supervisor,
        )
        self._feed.start()

    @work(thread=True, group="ends", exclusive=True, exit_on_error=False)
    def _find_what_ends_it(self, folder: RunFolder, launched: Launched | None) -> None:
        from tui.what_ends_it import what_ends_it

        supervisor = launched.supervisor.pid if launched is not None else None
        self.post_message(EndFound(str(folder.path), what_ends_it(folder, supervisor)))

    @on(EndFound)
    def _end_found(self, message: EndFound) -> None:
        if self._live is not None and self._state is not None and self._state.folder == message.run:
            self._ends_with = self._live.ends_with = message.why

    def _show_live(self, state: RunState) -> None:
        from tui.screens.live import LiveScreen

        before, self._live = self._live, LiveScreen(state, plan=self._plan, readonly=self.how.readonly)
        if before is None or before not in self.screen_stack:
            self.push_screen(self._live)
            return
        # A run that is tried again takes the old one's place; what lay over that goes with it.
        while self.screen is not before:
            self.pop_screen()
        self.switch_screen(self._live)

    @on(RunChanged)
    def _run_changed(self, message: RunChanged) -> None:
        state, before = message.state, self._state
        if self._live is None or before is None or state.run != before.run:
            return
        self._state = state
        self._live.show(state, looks_on=message.looks_on)
        if self._lane_ends is not None and self._plan is not None:
            command = self.how.notify_from_here(self._plan)
            self.tell_lane_ends(self._lane_ends.take(state), state.run, command)
        if state.phase == "lost" and before.phase == "running":
            self.notify("The supervisor is gone; the lanes checkpoint and stop.", title="Run lost",
                        severity="error", markup=False)  # fmt: skip
        if state.phase == "ended" and not self._report_shown:
            self._show_report()

    @on(PeriodChosen)
    def _period_chosen(self, message: PeriodChosen) -> None:
        if self._feed is not None:
            self._feed.period_s = message.period_s
            self._feed.look_now()

    @on(SupervisorAsked)
    def _supervisor_asked(self, message: SupervisorAsked) -> None:
        self._ask(message)

    @work(thread=True, group="ask", exit_on_error=False)
    def _ask(self, message: SupervisorAsked) -> None:
        from training.control.client import ControlError, ask
        from training.preset import PresetError
        from training.record.run_folder import RunFolder

        if self._state is None or self.how.readonly:
            return
        try:
            ask(RunFolder.at(self._state.folder), message.request(ASKED_BY))
        except (ControlError, PresetError) as error:
            self.post_message(AskFailed(str(error)))
        if self._feed is not None:
            self._feed.look_now()

    @on(OpenFailed)
    def _open_failed(self, message: OpenFailed) -> None:
        self.farewell = message.why
        self.exit(return_code=exit_codes.USAGE)

    # Report and leaving -----------------------------------------------------------------------------------------

    @on(ReportAsked)
    def _show_report(self) -> None:
        from training.analysis.report import ReportError, read_report
        from training.record.run_folder import RunFolder
        from tui.screens.report import ReportScreen
        from tui.screens.retry import RunAgain

        if self._state is None:
            return
        folder = RunFolder.at(self._state.folder)
        try:
            report = read_report(folder.report)
        except ReportError as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self._report_shown = True
        plan = self._plan if self._live is None else self._live.plan
        again = RunAgain(plan, self._state) if plan is not None and not self.how.readonly else None
        self.push_screen(ReportScreen(report, folder.path, again=again, readonly=self.how.readonly))

    @on(CurvesAsked)
    def _curves_asked(self) -> None:
        from tui.screens.report import ReportScreen

        if isinstance(self.screen, ReportScreen):
            self.pop_screen()

    @on(NewRunAsked)
    def _new_run_asked(self) -> None:
        if self._feed is not None:
            self._feed.stop()
        self._ends_with = ""
        self._live = None
        self._show_pick(self._picks)

    @on(LeaveAsked)
    def _leave_asked(self, message: LeaveAsked) -> None:
        if message.how == "stop":
            self._ask(StopAsked())
            self.notify("It stops at the next batch of each lane; the report follows.", markup=False)
        else:
            self._leave()

    def _leave(self, return_code: int | None = None) -> None:
        state = self._state
        if state is not None and state.is_live:
            self.farewell = f"the run goes on: dualtrain-tui attach {state.run}"
            if self._ends_with:
                self.farewell += f"\nwhat may end it before its time: {self._ends_with}"
            self.exit(return_code=return_code or exit_codes.OK)
            return
        ended_badly = state is not None and any(lane.phase == "failed" for lane in state.lanes.values())
        self.exit(return_code=return_code or (exit_codes.FAILED if ended_badly else exit_codes.OK))
