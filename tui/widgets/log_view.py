"""The lines of a log: followed, read back, searched, with what is grave in its colour."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.cells import chop_cells
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content

from training.preset.printable import printable
from tui import format
from tui.log_search import LogSearch
from tui.log_text import Level, LogTail, level_of, read_tail
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, Tone, line, wrap
from tui.widgets.typed_text import is_sign, pasted, typed

POLL_S = 0.5
_TONES: dict[Level, Tone] = {"debug": "muted", "info": "plain", "warning": "warning", "error": "error"}
_MATCH: Tone = "match"


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the picture: a piece of a line, `begins` characters into it."""

    number: int
    begins: int
    text: str


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
        Binding("slash", "search", "Search", key_display="/", tooltip="Find a text in the log"),
        Binding("n", "next(1)", "Next", tooltip="To the next line that holds it"),
        Binding("N", "next(-1)", "Previous", show=False, tooltip="To the line before that holds it"),
    ]

    def __init__(self, path: Path, title: str) -> None:
        super().__init__(id="log")
        self._path = path
        self._title = title
        self._tail = LogTail()
        self._rows: list[_Row] = []
        self._above_end = 0
        self._height = 0
        self._seen: tuple[int, int] | None = None
        self._trouble = ""
        self._search = LogSearch()
        self._is_typing = False
        self._subtitle = ""

    def on_mount(self) -> None:
        """Read now and then."""
        self.border_title = Content(printable(self._title))
        self.poll()
        self.set_interval(POLL_S, self.poll)

    def poll(self) -> None:
        """Read the tail again if the file changed."""
        try:
            stat = self._path.stat()
            seen = (stat.st_size, stat.st_mtime_ns)
            if seen == self._seen:
                return
            tail = read_tail(self._path)
        except OSError as error:
            self._seen, self._tail = None, LogTail()
            self._trouble = f"{error.strerror or error}: {self._path}"
        else:
            self._seen, self._tail, self._trouble = seen, tail, ""
        self._search.look_again(self._tail.lines)
        rows = len(self._rows)
        self._wrap()
        if self._above_end:
            self._above_end += max(0, len(self._rows) - rows)
        self._clamp()
        self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Another width, other rows: the line at the top stays there. The base draws."""
        line_at_top = self._rows[self._top].number if self._above_end else None
        self._wrap()
        if line_at_top is not None:
            self._above_end = len(self._rows) - self.size.height - self._row_of(line_at_top)
        self._clamp()

    def draw(self, width: int, height: int) -> list[Line]:
        """The window onto the lines."""
        if not self._tail.lines:
            return [
                line((text, "muted")) for text in wrap(self._trouble or "The log is empty so far.", width)
            ]
        end = len(self._rows) - self._above_end
        return [self._row_line(row) for row in self._rows[max(0, end - height) : end]]

    # Keys -------------------------------------------------------------------------------------------------------

    def action_move(self, lines: int) -> None:
        """Move by lines."""
        self._above_end -= lines
        self._moved()

    def action_page(self, pages: int) -> None:
        """Move by a window."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_follow(self) -> None:
        """To the end."""
        self._above_end = 0
        self._moved()

    def action_search(self) -> None:
        """Begin to type what to look for."""
        self._is_typing = True
        self._look_for("")

    def action_next(self, by: int) -> None:
        """To the next line that holds what is looked for, or the one before."""
        self._search.move(by, self._number_at_end)
        self._show_found()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """There is no next one of nothing."""
        return bool(self._search.text) if action == "next" else True

    def on_key(self, event: events.Key) -> None:
        """While a text is typed, letters are of it and no binding's.

        It begins here and not in its binding, which runs only after keys that were typed on have come here.
        """
        if not self._is_typing:
            if event.key == "slash":
                self.action_search()
            elif event.key == "escape" and self._search.text:
                self._look_for("")
            else:
                return
        elif event.key == "escape":
            self._is_typing = False
            self._look_for("")
        elif event.key == "enter":
            self._is_typing = False
            self._moved()
        elif (text := typed(self._search.text, event)) is not None:
            self._look_for(text)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is looked for as well."""
        if self._is_typing:
            self._look_for(pasted(self._search.text, event))
            event.stop()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """Tell the last line which keys do not do what their bindings say."""
        return self._is_typing and is_sign(character)

    # Behind them ------------------------------------------------------------------------------------------------

    @property
    def _top(self) -> int:
        return max(0, len(self._rows) - self._above_end - self._height)

    @property
    def _number_at_end(self) -> int:
        """The line at the window's lower end."""
        end = len(self._rows) - self._above_end
        return self._rows[end - 1].number if 0 < end <= len(self._rows) else 0

    def _row_of(self, number: int) -> int:
        return next((index for index, row in enumerate(self._rows) if row.number == number), 0)

    def _look_for(self, text: str) -> None:
        self._search.look_for(text, self._tail.lines, self._number_at_end)
        self._show_found()

    def _show_found(self) -> None:
        """Have the line looked at in the window, in its middle where it was not there."""
        at = self._search.at
        if at is not None:
            first = self._row_of(at)
            if not self._top <= first < self._top + self._height:
                self._above_end = len(self._rows) - first - self._height // 2 - 1
        self._moved()

    def _moved(self) -> None:
        self._clamp()
        self.redraw()
        self.refresh_bindings()

    def _wrap(self) -> None:
        width = max(1, self.size.width)
        self._rows = []
        for number, text in enumerate(self._tail.lines):
            begins = 0
            for piece in chop_cells(text, width) or [""]:
                self._rows.append(_Row(number, begins, piece))
                begins += len(piece)

    def _clamp(self) -> None:
        self._height = self.size.height
        self._above_end = max(0, min(self._above_end, len(self._rows) - self._height))
        subtitle = self._told()
        if self._subtitle != subtitle:
            self._subtitle = subtitle
            self.border_subtitle = Content(subtitle)  # not a string: what is typed is no markup

    def _told(self) -> str:
        """What is looked for, else whether it follows; and what of the log is not here."""
        left_out = self._tail.left_out_bytes
        without = f" · without the first {format.size(left_out)}" if left_out else ""
        if self._search.text or self._is_typing:
            found = f" · {self._search.told}" if self._search.text else ""
            return f"/{printable(self._search.text)}{'▏' if self._is_typing else ''}{found}{without}"
        return ("end: follow" if self._above_end else "following") + without

    def _row_line(self, row: _Row) -> Line:
        text = self._tail.lines[row.number]
        tone = _TONES[level_of(text)]
        spans: list[Span] = []
        done = 0
        for begin, end in self._search.spans(text):
            low, high = max(begin - row.begins, done), min(end - row.begins, len(row.text))
            if low < high:
                spans += [(row.text[done:low], tone), (row.text[low:high], _MATCH)]
                done = high
        return line(*spans, (row.text[done:], tone))
