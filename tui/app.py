"""The app: what its screens ask for is launched, or asked of a run's supervisor."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from tui.app_screens import AppScreens
from tui.messages import AskFailed, CodeAsked, LaunchFailed, RunLaunched
from tui.screens.live_messages import (
    AgainAsked,
    JoinAsked,
    LeaveAsked,
    PeriodChosen,
    StopAsked,
    SupervisorAsked,
)
from tui.screens.pick_messages import LaunchAsked
from tui.starting import launch_here, leave_on_signals
from tui.viewing import NOTHING_LAUNCHED, Viewing, viewing

if TYPE_CHECKING:
    from training.code_trust import NamedCode
    from training.launch import Launched, LaunchRequest
    from training.record.run_folder import RunFolder
    from tui.look import Look
    from tui.opened_run import OpenedRun

ASKED_BY = "the screen"


class DualtrainApp(AppScreens):
    """Pick, live, report and runs. Owns no training: leaving it ends none."""

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
        runs: bool = False,
        launcher: Callable[[LaunchRequest], Launched] = launch_here,
        look: Look | None = None,
        how: Viewing | None = None,
    ) -> None:
        super().__init__(look, how or viewing())
        self._first_launched = launched
        self._first_folder = folder
        self._runs_first = runs
        self._launcher = launcher
        self._is_launching = False

    def on_mount(self) -> None:
        """Show what was asked for."""
        leave_on_signals(self.leave)
        self.call_after_refresh(gc.enable)  # switched off by whoever opens the app
        if self._first_launched is not None:
            self.open_run(self._first_launched.folder, self._first_launched)
        elif self._first_folder is not None:
            self.open_run(self._first_folder, None)
        elif self._runs_first:
            self.action_runs()
        else:
            self.show_pick()

    async def action_quit(self) -> None:
        """Leave at once; a live run goes on."""
        self.leave()

    @on(LeaveAsked)
    def _leave_asked(self, message: LeaveAsked) -> None:
        if message.how == "stop":
            self._ask_supervisor(StopAsked())
            self.notify("It stops at the next batch of each lane; the report follows.", markup=False)
        else:
            self.leave()

    # Launching --------------------------------------------------------------------------------------------------

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
        from training.code_trust import CodeNotConfirmedError, remember
        from training.meters.devices import DeviceUnavailableError

        remember(request.confirmed)
        try:
            self.post_message(RunLaunched(self._launcher(request)))
        except CodeNotConfirmedError as error:
            again = LaunchAsked(replace(request, confirmed=request.confirmed | _digests(error.code)))
            self.post_message(CodeAsked(error.code, again))
        except (ValueError, OSError, DeviceUnavailableError) as error:
            self.post_message(LaunchFailed(str(error)))

    @on(CodeAsked)
    def _code_asked(self, message: CodeAsked) -> None:
        from tui.screens.code_question import code_question

        def answered(answer: str | None) -> None:
            launches = isinstance(message.again, LaunchAsked)
            self._is_launching = self._is_launching and not launches
            if answer == "run":
                self.post_message(message.again)
            elif launches:
                self.post_message(LaunchFailed("nothing was launched: its code may not run"))

        self.push_screen(code_question(message.code), answered)

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
        self.open_run(message.launched.folder, message.launched)

    # The run that is shown --------------------------------------------------------------------------------------

    @on(PeriodChosen)
    def _period_chosen(self, message: PeriodChosen) -> None:
        if self.run_shown is not None:
            self.run_shown.feed.period_s = message.period_s
            self.run_shown.feed.look_now()

    @on(SupervisorAsked)
    def _supervisor_asked(self, message: SupervisorAsked) -> None:
        self._ask_supervisor(message)

    def _ask_supervisor(self, message: SupervisorAsked) -> None:
        if self.run_shown is not None:
            self._ask(self.run_shown, message)

    @work(thread=True, group="ask", exit_on_error=False)
    def _ask(self, run: OpenedRun, message: SupervisorAsked) -> None:
        from training.code_trust import CodeNotConfirmedError
        from training.control.client import ControlError, ask
        from training.preset import PresetError

        if self.how.readonly:
            return
        try:
            ask(run.folder, message.request(ASKED_BY))
        except CodeNotConfirmedError as error:
            if isinstance(message, JoinAsked):
                again = JoinAsked(message.reference, message.confirmed | _digests(error.code))
                self.post_message(CodeAsked(error.code, again))
        except (ControlError, PresetError) as error:
            self.post_message(AskFailed(str(error)))
        run.feed.look_now()


def _digests(code: Iterable[NamedCode]) -> frozenset[str]:
    return frozenset(one.digest for one in code)
