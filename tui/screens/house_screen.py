"""What every screen of the app shares: stylesheet classes by size, and the help key."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.geometry import Size
from textual.screen import Screen

Steps = tuple[tuple[int, str], ...]
"""Bounds in cells, ascending, each with the class from there on; an empty name is no class."""


class HouseScreen(Screen[None]):
    """A screen that arranges itself by classes, so that its stylesheet alone says what is where at which size."""

    WIDTHS: ClassVar[Steps] = ()
    HEIGHTS: ClassVar[Steps] = ()
    SMALLEST: ClassVar[Size] = Size(60, 16)
    """Below this a screen has the class `-tiny` and shows one sentence."""

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
        self.set_class(size.width < self.SMALLEST.width or size.height < self.SMALLEST.height, "-tiny")

    def action_help(self) -> None:
        """Help for what has the focus, and away with it again."""
        if self.query("HelpPanel"):
            self.app.action_hide_help_panel()
        else:
            self.app.action_show_help_panel()
