"""A lane's log over the screen it was opened from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from tui.screens.house_screen import HouseScreen
from tui.widgets.log_view import LogView


class LogScreen(HouseScreen):
    """Shows a log; Escape goes back."""

    AUTO_FOCUS = "#log"

    HELP = """# The log

What the lane's own process printed, as it comes; warnings and errors in their colours. Going back stops following;
**f** or **End** follows again.

**/** finds a text as you type, the nearest place above first; **Enter** keeps it, **n** and **N** go on from there,
**Escape** lets go of it. Capital letters count where you type any.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,g", "back", "Back", key_display="esc"),
        Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="What stands here"),
    ]

    def __init__(self, path: Path, *, title: str = "log") -> None:
        super().__init__()
        self._path = path
        self._title = title

    def compose(self) -> ComposeResult:
        """The view and its keys."""
        yield LogView(self._path, self._title)
        yield Footer(show_command_palette=False)

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)
