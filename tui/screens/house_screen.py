"""What every screen of the app shares: stylesheet classes by size, and the help with its keys."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size

from tui.screens.paced_painting import PacedScreen
from tui.screens.too_small import tell_if_too_small

Steps = tuple[tuple[int, str], ...]
"""Bounds in cells, ascending, each with the class from there on; an empty name is no class."""

_CLOSE_HELP = Binding("escape", "close_help", "Close the help", show=False, priority=True)


class HouseScreen(PacedScreen[None]):
    """A screen that arranges itself by classes, so that its stylesheet alone says what is where at which size."""

    BINDINGS: ClassVar[list[BindingType]] = []
    WIDTHS: ClassVar[Steps] = ()
    HEIGHTS: ClassVar[Steps] = ()

    def __init_subclass__(cls, **options: bool) -> None:
        """Escape is the help's first. A screen that binds it as well would else replace this."""
        cls.BINDINGS = [_CLOSE_HELP, *cls.BINDINGS]
        super().__init_subclass__(**options)

    def on_resize(self, event: events.Resize) -> None:
        """Arrange for the size."""
        self.take_size_classes(event.size)

    def take_size_classes(self, size: Size) -> None:
        """Take the class of the last bound reached in each direction."""
        for steps, cells in ((self.WIDTHS, size.width), (self.HEIGHTS, size.height)):
            reached = next((name for bound, name in reversed(steps) if cells >= bound), "")
            for _, name in steps:
                if name:
                    self.set_class(name == reached, name)
        tell_if_too_small(self, size)

    def action_help(self) -> None:
        """Help for what has the focus, and away with it again."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        else:
            self.app.action_show_help_panel()

    def action_close_help(self) -> None:
        """Away with the help."""
        self.app.action_hide_help_panel()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is help to close only while it shows, and text to copy where some is selected."""
        if action == "close_help":
            return bool(self.query("HelpPanel"))
        if action == "copy_text":
            return bool(self.selections)
        return super().check_action(action, parameters)
