"""The app: what its screens ask for is launched, or asked of a run's supervisor."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.app_screens import AppScreens
from tui.messages import AskFailed, LaunchFailed, ReadFailed, RunLaunched
from tui.screens.live_messages import AgainAsked, LeaveAsked, PeriodChosen, StopAsked, SupervisorAsked
from tui.screens.pick_messages import LaunchAsked
from tui.starting import launch_here, leave_on_signals
from tui.theme import THEME

if TYPE_CHECKING:
    from training.launch import Launched, LaunchRequest
    from training.record.run_folder import RunFolder
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
    ) -> None:
        super().__init__()
        self.register_theme(THEME)  # here and not on mounting: the first stylesheet is then the only one
        self.theme = THEME.name
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

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the screen's keys can do now, each once; moving about is left to the keys."""
        told: set[str] = set()
        for active in screen.active_bindings.values():
            action = active.binding.action
            if active.enabled and active.tooltip and action not in told:
                told.add(action)
                run = partial(self.run_action, action, active.node)
                yield SystemCommand(active.binding.description, active.tooltip, run)

    async def action_quit(self) -> None:
        """Leave at once; a live run goes on."""
        self.leave()

    @on(LeaveAsked)
    def _leave_asked(self, message: LeaveAsked) -> None:
        if message.how == "stop":
            self._ask_supervisor(StopAsked())
            self.notify("Both lanes stop at their next batch; the report follows.", markup=False)
        else:
            self.leave()

    # Launching --------------------------------------------------------------------------------------------------

    @on(LaunchAsked)
    @on(AgainAsked)
    def _launch_asked(self, message: LaunchAsked | AgainAsked) -> None:
        if not self._is_launching:
            self._is_launching = True
            self._launch(message.request)

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
        from training.control.client import ControlError, ask
        from training.preset import PresetError

        try:
            ask(run.folder, message.request(ASKED_BY))
        except (ControlError, PresetError) as error:
            self.post_message(AskFailed(str(error)))
        run.feed.look_now()

    @on(AskFailed)
    def _ask_failed(self, message: AskFailed) -> None:
        self.notify(message.why, title="Not done", severity="warning", markup=False)

    @on(ReadFailed)
    def _read_failed(self, message: ReadFailed) -> None:
        from training.preset.printable import printable

        self.notify(
            f"the run goes on; its records cannot be read now: {printable(message.why)}",
            title="Not read",
            severity="error",
            timeout=20,
            markup=False,
        )
