"""What the app is apart from its screens: its looks, its palette, and what it says over whatever screen is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from tui.line_pace import LinePace
from tui.look import Look
from tui.messages import AskFailed, NotifyFailed, ReadFailed
from tui.theme import THEMES
from tui.viewing import Viewing
from tui.widgets.ascii_filter import AsciiFilter
from tui.widgets.glyphs import Marker
from tui.widgets.lines import COVERED

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.dom import DOMNode
    from textual.driver import Driver

    from training.analysis.state import LaneState
    from training.plan import NotifyCommand

_KEY_NAMES = {"⏎": "enter", "↑": "up", "↓": "down", "←": "left", "→": "right", "⌫": "backspace", "⇥": "tab"}
"""Keys whose sign is none of ASCII; their names say more than a stand-in of the same width would."""


BLIND_KEYS = frozenset({"ctrl+q", "ctrl+z"})
"""What is taken where nothing is seen of it: both leave the run as it is."""


class HouseApp(App[None]):
    """An app in one of the project's looks, which knows what a person wants of it; what it says is one line each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+z",
            "suspend_process",
            "To the shell",
            show=False,
            priority=True,
            tooltip="Leave the terminal to the shell; fg comes back",
        ),
    ]

    def __init__(self, look: Look | None = None, how: Viewing | None = None) -> None:
        self.look = look or Look()
        self.how = how or Viewing()
        self.line = LinePace()
        """How far the terminal is behind with what was sent."""
        self._ascii = AsciiFilter(enabled=self.look.ascii)
        theme = THEMES[self.look.theme]
        # told at once: without colours Textual decides here whether there are any that would have to become grey
        super().__init__(ansi_color=True if theme.ansi else None)
        for one in THEMES.values():
            self.register_theme(one)  # here and not on mounting: the first stylesheet is then the only one
        self.theme = theme.name

    @property
    def marker(self) -> Marker:
        """What curves and bars are drawn with."""
        return self.look.marker

    def get_driver_class(self) -> type[Driver]:
        """Textual's, and where that is the one for Linux, ours over it."""
        from textual.drivers.linux_driver import LinuxDriver

        from tui.paced_driver import PacedDriver

        found = super().get_driver_class()
        return PacedDriver if found is LinuxDriver else found

    async def on_event(self, event: events.Event) -> None:
        """Where the terminal is too small, no key does what nobody sees; the two for leaving are named there."""
        is_typed = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        is_blind = is_typed and bool(self.screen_stack) and self.screen.has_class(COVERED)
        if not is_blind or (isinstance(event, events.Key) and event.key in BLIND_KEYS):
            await super().on_event(event)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Nothing once the app leaves: a key typed before ctrl+q may be taken after it, when no screen stands."""
        if self.return_code is not None:
            return True
        return await super().run_action(action, default_namespace, namespaces)

    def action_suspend_process(self) -> None:
        """To the shell, where there is one."""
        from tui.paced_driver import can_be_continued

        if can_be_continued():
            super().action_suspend_process()
        else:
            self.notify("There is no shell behind this screen that could bring it back: ctrl+q leaves.")

    def action_help_quit(self) -> None:
        """Ctrl-C is pressed by who wants to leave, and does not."""
        self.notify("q leaves, ctrl+q leaves at once: a run goes on without its screen.", title="Leave?")

    def on_mount(self) -> None:
        """Be told of every return to the terminal."""
        self.app_resume_signal.subscribe(self, self._draw_anew)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the screen's keys can do now, each once; moving about is left to the keys."""
        told: set[str] = set()
        for active in screen.active_bindings.values():
            action = active.binding.action
            if active.enabled and active.tooltip and action not in told:
                told.add(action)
                run = partial(self.run_action, action, active.node)
                yield SystemCommand(active.binding.description, active.tooltip, run)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own, and after them the one that leaves nothing but ASCII, where that is wanted."""
        found = super().get_line_filters()
        return [*found, self._ascii] if self._ascii.enabled else found

    def get_key_display(self, binding: Binding) -> str:
        """How a key is named at the foot of the screen and in the help."""
        shown = super().get_key_display(binding)
        if self.look.ascii:
            for sign, name in _KEY_NAMES.items():
                shown = shown.replace(sign, name)
        return shown

    def _draw_anew(self, _app: App[None]) -> None:
        """The shell had the terminal meanwhile; Textual draws again only where the size is another."""
        self.refresh(layout=True)

    def tell_lane_ends(self, ended: Sequence[LaneState], run: str, command: NotifyCommand | None) -> None:
        """Ring once for each lane that has ended, and run the command for it; waits for nothing."""
        for lane in ended:
            if self.look.bell:
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
