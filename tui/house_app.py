"""What the app is apart from its screens: its theme, its palette, and what it says over whatever screen is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.app import App, SystemCommand
from textual.screen import Screen

from tui.messages import AskFailed, NotifyFailed, ReadFailed
from tui.theme import THEME

if TYPE_CHECKING:
    from training.analysis.state import LaneState
    from training.plan import NotifyCommand
    from tui.viewing import Viewing


class HouseApp(App[None]):
    """Knows how a person wants to look; what it says in passing is one line each."""

    def __init__(self, how: Viewing) -> None:
        super().__init__()
        self.how = how
        self.register_theme(THEME)  # here and not on mounting: the first stylesheet is then the only one
        self.theme = THEME.name

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the screen's keys can do now, each once; moving about is left to the keys."""
        told: set[str] = set()
        for active in screen.active_bindings.values():
            action = active.binding.action
            if active.enabled and active.tooltip and action not in told:
                told.add(action)
                run = partial(self.run_action, action, active.node)
                yield SystemCommand(active.binding.description, active.tooltip, run)

    def tell_lane_ends(self, ended: Sequence[LaneState], run: str, command: NotifyCommand | None) -> None:
        """Ring once for each lane that has ended, and run the command for it; waits for nothing."""
        for lane in ended:
            if self.how.bell:
                self.bell()
            if command is not None:
                from training.lane_notice import LaneNotice, notify_in_background

                notice = LaneNotice(lane.lane, lane.phase, run, lane.preset_name)
                notify_in_background(command, notice, self._tell_failure, quiet=True)

    def _tell_failure(self, why: str) -> None:
        """Called in the command's thread, which may outlive the app."""
        with suppress(RuntimeError):
            self.post_message(NotifyFailed(why))

    @on(NotifyFailed)
    def _notify_failed(self, message: NotifyFailed) -> None:
        self.notify(message.why, title="Not told", severity="warning", timeout=20, markup=False)

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
