"""The command that launches what stands on the pick screen."""

from __future__ import annotations

from rich.cells import cell_len

from tui.widgets.lines import LinesWidget
from tui.widgets.spans import BLANK, Line, clip, line, spread

_HOW = "y copies it"
_FEWEST_CELLS = 40
"""Of the command; with less the key that copies it is not named."""


class CommandLine(LinesWidget):
    """One line; what does not fit is still in what is copied."""

    DEFAULT_CSS = """
    CommandLine { height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._command = ""

    def show(self, command: str) -> None:
        """Take the command; empty where there is nothing to launch."""
        if command != self._command:
            self._command = command
            self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """The command after a prompt."""
        if not self._command:
            return [BLANK]
        how = line((_HOW, "faint"))
        room = width - 2 - cell_len(_HOW) - 2
        if room < _FEWEST_CELLS:
            how, room = BLANK, width - 2
        return [spread(line(("$ ", "faint"), (clip(self._command, room), "muted")), how, width)]
