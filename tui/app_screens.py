"""Which screen of the app lies on which, and the ways back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.screen import Screen

from tui import exit_codes
from tui.house_app import HouseApp
from tui.messages import EndFound, OpenFailed, RunChanged
from tui.screens.live_messages import CurvesAsked, NewRunAsked, ReportAsked
from tui.screens.runs_messages import BackAsked, RunChosen

if TYPE_CHECKING:
    from training.launch import Launched
    from training.plan import Lane
    from training.record.run_folder import RunFolder
    from tui.look import Look
    from tui.opened_run import OpenedRun
    from tui.screens.pick import PickScreen
    from tui.screens.runs import RunsScreen
    from tui.viewing import Viewing


class AppScreens(HouseApp):
    """Pick, live, report and runs; each is left for the one beneath it."""

    def __init__(self, look: Look | None = None, how: Viewing | None = None) -> None:
        super().__init__(look, how)
        self.farewell = ""
        """What is printed once the terminal is back."""
        self._opened: list[OpenedRun] = []
        """The runs whose live screens are there, the uppermost last."""
        self._pick: PickScreen | None = None
        self._runs: RunsScreen | None = None
        self._picks: dict[Lane, str] | None = None
        """References of the pair that was shown last: what the pick screen begins with."""
        self._left_badly = False
        """Whether the run that was launched here last, and left since, had a lane that failed."""

    @property
    def run_shown(self) -> OpenedRun | None:
        """The run on the uppermost live screen."""
        return self._opened[-1] if self._opened else None

    def on_unmount(self) -> None:
        """End the threads; the runs go on."""
        for run in self._opened:
            run.close()

    def leave(self, return_code: int | None = None) -> None:
        """Leave the app; a live run goes on."""
        run = self.run_shown
        if run is not None and run.state.is_live:
            self.farewell = f"the run goes on: dualtrain-tui attach {run.state.run}"
            if run.live.ends_with:
                self.farewell += f"\nwhat may end it before its time: {run.live.ends_with}"
            self.exit(return_code=return_code or exit_codes.OK)
            return
        ended_badly = self._left_badly if run is None else run.has_ended_badly
        self.exit(return_code=return_code or (exit_codes.FAILED if ended_badly else exit_codes.OK))

    # Pick and runs ----------------------------------------------------------------------------------------------

    @on(NewRunAsked)
    def show_pick(self) -> None:
        """The pick screen; what was opened out of it is done with."""
        from tui.screens.pick import PickScreen

        if self._pick is not None and self._is_there(self._pick):
            self._back_to(self._pick)
            self._pick.action_go_to("list-a")  # not where it was left: one Enter more would launch
            return
        if self._is_there(self._runs):
            self._back_to(self._runs)
        self._pick = PickScreen(picks=self._picks) if self._picks else PickScreen()
        self.push_screen(self._pick)

    def action_runs(self) -> None:
        """The runs; what was opened out of them is done with."""
        from tui.screens.runs import RunsScreen

        if self._is_there(self._runs):
            self._back_to(self._runs)
            return
        self._runs = RunsScreen(readonly=self.how.readonly)
        self.push_screen(self._runs)

    @on(RunChosen)
    def _run_chosen(self, message: RunChosen) -> None:
        from training.record.run_folder import RunFolder

        if self.screen is self._runs:  # a second Enter typed ahead opens it no second time
            self.open_run(RunFolder.at(message.folder), None)

    @on(BackAsked)
    def _back_asked(self, message: BackAsked) -> None:
        """To the screen beneath; where there is none the app is left.

        A live run is left only for the runs, and the pick screen only for what lies beneath it.
        """
        left, run = message.left, self.run_shown
        if left is not self.screen:
            return
        beneath = self.screen_stack[-2] if len(self.screen_stack) > 2 else None  # the first is Textual's own
        of_live_run = run is not None and run.live is left and run.state.is_live
        if beneath is not None and (beneath is self._runs or not of_live_run):
            self._back_to(beneath)
        elif beneath is None and not of_live_run and left is not self._pick:
            self.leave()

    def _is_there(self, screen: Screen[Any] | None) -> bool:
        return screen is not None and screen in self.screen_stack

    def _back_to(self, screen: Screen[Any] | None) -> None:
        while self.screen is not screen:
            if self.screen is self._pick:
                self._picks = self._pick.picks
            self.pop_screen()
        self._close_what_is_gone()

    def _close_what_is_gone(self) -> None:
        gone = [run for run in self._opened if run.live not in self.screen_stack]
        self._opened = [run for run in self._opened if run not in gone]
        for run in gone:
            run.close()
            if run.was_launched_here:
                self._left_badly = run.has_ended_badly

    # A run ------------------------------------------------------------------------------------------------------

    def open_run(self, folder: RunFolder, launched: Launched | None) -> None:
        """Show a run that was launched or exists."""
        from training.plan import PlanError
        from tui.opened_run import opened_run

        try:
            run = opened_run(folder, launched, self.post_message, self.look, self.how)
        except PlanError as error:
            self.post_message(OpenFailed(str(error)))
            return
        self.show_opened(run)
        self._find_what_ends_it(folder, launched)

    def show_opened(self, run: OpenedRun) -> None:
        """Show a run that is open, and follow it."""
        self._picks = run.picks
        self._show_live(run)
        if run.state.kept_at_s is None:
            run.feed.start()
        else:  # there is something to see already, and reading a long record would keep it from the screen
            run.live.call_after_refresh(run.feed.start)

    @work(thread=True, group="ends", exit_on_error=False)
    def _find_what_ends_it(self, folder: RunFolder, launched: Launched | None) -> None:
        from tui.what_ends_it import what_ends_it

        supervisor = launched.supervisor.pid if launched is not None else None
        self.post_message(EndFound(str(folder.path), what_ends_it(folder, supervisor)))

    @on(EndFound)
    def _end_found(self, message: EndFound) -> None:
        for run in self._opened:
            if run.state.folder == message.run:
                run.live.ends_with = message.why

    def _show_live(self, run: OpenedRun) -> None:
        before = self.run_shown
        self._opened.append(run)
        stack = self.screen_stack
        covering = [] if before is None else stack[stack.index(before.live) + 1 :]
        if before is None or self._pick in covering or self._runs in covering:
            self.push_screen(run.live)
            return
        # A run that is tried again takes the old one's place; what lay over that goes with it.
        while self.screen is not before.live:
            self.pop_screen()
        self.switch_screen(run.live)
        self._close_what_is_gone()

    @on(RunChanged)
    def _run_changed(self, message: RunChanged) -> None:
        state = message.state
        run = next((one for one in reversed(self._opened) if one.state.run == state.run), None)
        if run is None:
            return
        before, run.state = run.state, state
        run.live.show(state, looks_on=message.looks_on)
        self.tell_lane_ends(run.lane_ends.take(state), state.run, self.how.notify_from_here(run.plan))
        if state.phase == "lost" and before.phase == "running":
            self.notify("The supervisor is gone; the lanes checkpoint and stop.", title="Run lost",
                        severity="error", markup=False)  # fmt: skip
        if state.phase == "ended" and not run.report_shown:
            self._tell_end(run, is_new=before.phase != "ended")

    def _tell_end(self, run: OpenedRun, *, is_new: bool) -> None:
        """The report comes up by itself over the curves alone: a log that is read, or a sheet, stays."""
        if self.screen is run.live:
            self._show_report()
        elif is_new:
            self.notify("The run has ended: Enter on its curves shows the report.", timeout=10, markup=False)

    @on(OpenFailed)
    def _open_failed(self, message: OpenFailed) -> None:
        if self._runs is not None and self.screen is self._runs:
            self._runs.show_problem(message.why)
            return
        self.farewell = message.why
        self.exit(return_code=exit_codes.USAGE)

    @on(ReportAsked)
    def _show_report(self) -> None:
        from training.analysis.report import ReportError

        run = self.run_shown
        if run is None:
            return
        try:
            self.push_screen(run.report_screen())
        except ReportError as error:
            self.notify(str(error), severity="error", markup=False)

    @on(CurvesAsked)
    def _curves_asked(self) -> None:
        from tui.screens.report import ReportScreen

        if isinstance(self.screen, ReportScreen):
            self.pop_screen()
