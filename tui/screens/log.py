"""A lane's log: its last lines, followed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

from rich.cells import chop_cells
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer

from training.preset.printable import printable
from tui.screens.too_small import tell_if_too_small
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, line, wrap

TAIL_BYTES = 64 * 1024
POLL_S = 0.5

# colours and cursor movements (CSI), titles (OSC), two-byte escapes
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def read_tail(path: Path, tail_bytes: int = TAIL_BYTES) -> list[str]:
    """The last lines of a file as harmless text. Of a line rewritten in place the last writing stays.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - tail_bytes))
        text = file.read(tail_bytes).decode("utf-8", "replace")
    lines = text.split("\n")
    if size > tail_bytes:
        lines = lines[1:]  # most likely half a line
    if lines and not lines[-1]:
        lines.pop()
    return [_clean(one) for one in lines]


def _clean(text: str) -> str:
    text = _ESCAPES.sub("", text).rstrip("\r")
    # a progress bar returns to the line's beginning and the backspaces of Keras do nothing else
    text = text.rsplit("\r", 1)[-1].replace("\b", "")
    return printable(text.expandtabs(4))


class LogView(LinesWidget, can_focus=True):
    """Lines, wrapped into as many rows as they need, with a place in them; at the end it follows."""

    DEFAULT_CSS = """
    LogView { height: 1fr; padding: 0 1; border: round $border-blurred; border-title-color: $foreground; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First line", show=False),
        Binding("end,f", "follow", "Follow", tooltip="Jump to the end and follow it"),
    ]

    def __init__(self, path: Path, title: str) -> None:
        super().__init__(id="log")
        self._path = path
        self._title = title
        self._text: list[str] = []
        self._rows: list[tuple[int, str]] = []  # each with the number of its line
        self._above_end = 0
        self._height = 0
        self._seen: tuple[int, int] | None = None
        self._trouble = ""

    def on_mount(self) -> None:
        """Read now and then."""
        self.border_title = printable(self._title)
        self.poll()
        self.set_interval(POLL_S, self.poll)

    def poll(self) -> None:
        """Read the tail again if the file changed."""
        try:
            stat = self._path.stat()
            seen = (stat.st_size, stat.st_mtime_ns)
            if seen == self._seen:
                return
            text = read_tail(self._path)
        except OSError as error:
            self._seen, self._text = None, []
            self._trouble = f"{error.strerror or error}: {self._path}"
        else:
            self._seen, self._text, self._trouble = seen, text, ""
        rows = len(self._rows)
        self._wrap()
        if self._above_end:
            self._above_end += max(0, len(self._rows) - rows)
        self._clamp()
        self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Another width, other rows: the line at the top stays there. The base draws."""
        top = len(self._rows) - self._above_end - self._height
        line_at_top = self._rows[max(0, top)][0] if self._above_end else None
        self._wrap()
        if line_at_top is not None:
            top = next(index for index, (number, _) in enumerate(self._rows) if number == line_at_top)
            self._above_end = len(self._rows) - self.size.height - top
        self._clamp()

    def _wrap(self) -> None:
        width = max(1, self.size.width)
        self._rows = [
            (number, row) for number, text in enumerate(self._text) for row in chop_cells(text, width) or [""]
        ]

    def draw(self, width: int, height: int) -> list[Line]:
        """The window onto the lines."""
        if not self._text:
            return [
                line((text, "muted")) for text in wrap(self._trouble or "The log is empty so far.", width)
            ]
        end = len(self._rows) - self._above_end
        return [line(row) for _, row in self._rows[max(0, end - height) : end]]

    def action_move(self, lines: int) -> None:
        """Move by lines."""
        self._above_end -= lines
        self._clamp()
        self.redraw()

    def action_page(self, pages: int) -> None:
        """Move by a window."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_follow(self) -> None:
        """To the end."""
        self._above_end = 0
        self._clamp()
        self.redraw()

    def _clamp(self) -> None:
        self._height = self.size.height
        self._above_end = max(0, min(self._above_end, len(self._rows) - self._height))
        subtitle = "end: follow" if self._above_end else "following"
        if self.border_subtitle != subtitle:
            self.border_subtitle = subtitle


class LogScreen(Screen[None]):
    """Shows a log over the live screen; Escape goes back."""

    AUTO_FOCUS = "#log"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,g", "back", "Back", key_display="esc"),
    ]

    def __init__(self, path: Path, *, title: str = "log") -> None:
        super().__init__()
        self._path = path
        self._title = title

    def compose(self) -> ComposeResult:
        """The view and its keys."""
        yield LogView(self._path, self._title)
        yield Footer(show_command_palette=False)

    def on_resize(self, event: events.Resize) -> None:
        """A sentence where nothing else fits."""
        tell_if_too_small(self, event.size)

    def action_back(self) -> None:
        """Back to where it was opened."""
        self.dismiss(None)
