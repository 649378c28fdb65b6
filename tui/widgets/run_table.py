"""The runs in a table with a highlight; `/` narrows them to what holds all the words typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from training.preset.printable import printable
from tui.widgets.lines import LinesWidget
from tui.widgets.run_columns import GAP, columns_for, heading
from tui.widgets.run_rows import RunRow, presets_within
from tui.widgets.spans import Line, Span, Tone, clip, fit, line, wrap

EMPTY = "No runs yet: n here or `dualtrain-tui run A B` makes one."
_LONGEST_FILTER = 80


class RunTable(LinesWidget, can_focus=True):
    """A row for each run under one line of headings."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"run-table--at"}

    DEFAULT_CSS = """
    RunTable {
        border: round $foreground;
        padding: 0 1;
        border-title-color: $foreground;
        border-subtitle-color: $text-muted;
        .run-table--at { background: $block-cursor-background; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.open", "Open", key_display="⏎", tooltip="Open the highlighted run"),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Show only what holds these words"),
        Binding("d,delete", "screen.delete", "Delete", key_display="d", tooltip="Delete the run (asks)"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup,left,h", "page(-1)", "Page up", show=False),
        Binding("pagedown,right,l", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
    ]

    class Moved(Message):
        """Another run is highlighted, or the same one is told otherwise."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[RunRow, ...] | None = None
        self._shown: list[RunRow] = []
        self._at = 0
        self._first = 0
        self._filter: str | None = None
        self._before_filter: str | None = None
        self._titles: tuple[str, str] | None = None

    @property
    def is_read(self) -> bool:
        """The runs are known."""
        return self._rows is not None

    @property
    def picked(self) -> RunRow | None:
        """The highlighted run; None where nothing matches, or nothing is read yet."""
        return self._shown[self._at] if self._shown else None

    def show(self, rows: tuple[RunRow, ...]) -> None:
        """Take the rows; the highlight stays on its run, or on its place where that is gone."""
        if rows != self._rows:
            self._rows = rows
            self._narrow(self._key)

    def action_filter(self) -> None:
        """Begin to filter."""
        if self._filter is None:
            self._filter, self._before_filter = "", self._key
            self._changed()

    def action_move(self, by: int) -> None:
        """Move the highlight."""
        at = min(max(self._at + by, 0), len(self._shown) - 1)
        if self._shown and at != self._at:
            self._at = at
            self._changed()

    def action_page(self, by: int) -> None:
        """Move the highlight by a page."""
        self.action_move(by * max(1, self.size.height - 2))

    def on_key(self, event: events.Key) -> None:
        """While filtering, letters are the filter's and no binding's.

        The filter begins here and not in its binding, which runs only after keys that were typed on have come here.
        """
        if self._filter is None:
            if event.key != "slash":
                return
            self.action_filter()
        elif event.key == "escape":
            self._filter = None
            self._narrow(self._key or self._before_filter)
        elif event.key == "backspace":
            self._type(self._filter[:-1])
        elif event.key == "ctrl+u":
            self._type("")
        elif event.is_printable and event.character:
            self._type(self._filter + event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is the filter's as well."""
        if self._filter is not None:
            self._type(self._filter + printable(event.text.partition("\n")[0]))
            event.stop()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """Tell the last line which keys do not do what their bindings say."""
        return self._filter is not None and character is not None and character.isprintable()

    def _type(self, text: str) -> None:
        self._filter = text[:_LONGEST_FILTER]
        self._narrow(self._key or self._before_filter)

    @property
    def _key(self) -> str | None:
        picked = self.picked
        return picked.key if picked else None

    def _narrow(self, key: str | None) -> None:
        """Apply the filter and highlight what was asked, else what stands in its place."""
        words = (self._filter or "").casefold().split()
        self._shown = [row for row in self._rows or () if all(word in row.searched for word in words)]
        wanted = [index for index, row in enumerate(self._shown) if row.key == key]
        self._at = next(iter(wanted), min(self._at, max(0, len(self._shown) - 1)))
        self._changed()

    def _changed(self) -> None:
        self._retitle()
        self.redraw()
        self.post_message(self.Moved())

    def _retitle(self) -> None:
        total = len(self._rows or ())
        of = f"{len(self._shown)} of {total}" if self._filter else f"{min(self._at + 1, total)} of {total}"
        titles = "" if self._filter is None else f"/{self._filter}", of if total else ""
        if titles == self._titles:  # a new title repaints the whole frame
            return
        self._titles = titles
        title: list[tuple[str, str]] = [("Runs", "bold")]
        if self._filter is not None:
            title += [("  /", "$text-muted"), (printable(self._filter), "$foreground"), ("▏", "$foreground")]
        self.border_title = Content.assemble(*title)
        self.border_subtitle = titles[1]

    def draw(self, width: int, height: int) -> list[Line]:
        """The headings and the part of the table around the highlight."""
        if not self._shown:
            return [line((text, "muted")) for text in wrap(self._empty_text(), width)]
        columns = columns_for(self._rows or (), width - cell_len(self._mark(False)))
        room = max(1, height - 1)
        self._first = min(max(self._first, self._at - room + 1), self._at, max(0, len(self._shown) - room))
        shown = range(self._first, min(self._first + room, len(self._shown)))
        head = line((" " * cell_len(self._mark(False)) + heading(columns), "faint"))
        return [head, *(fit(self._row(index, columns), width) for index in shown)]

    def render_line(self, y: int) -> Strip:
        """The highlight has a background of its own."""
        strip = super().render_line(y)
        if not self._shown or y == 0 or y - 1 != self._at - self._first:
            return strip
        background = self.get_component_rich_style("run-table--at").bgcolor
        return Strip(Segment.apply_style(list(strip), post_style=Style(bgcolor=background)))

    def _empty_text(self) -> str:
        if self._rows is None:
            return "Reading the runs…"
        return f"Nothing holds “{self._filter}”. Escape shows all." if self._filter else EMPTY

    def _mark(self, at: bool) -> str:
        return f"{self.glyphs.chosen if at else ' '} "

    def _row(self, index: int, columns: Sequence[tuple[str, int]]) -> Line:
        row, at = self._shown[index], index == self._at
        plain: Tone = "strong" if at else "plain"
        tones: dict[str, Tone] = {"state": row.tone, "presets": plain, "verdict": plain}
        spans: list[Span] = [(self._mark(at), plain)]
        for name, cells in columns:
            text = presets_within(row.run, cells) if name == "presets" else clip(getattr(row, name), cells)
            filling = " " * (cells - cell_len(text))
            shown = f"{filling}{text}" if name == "size" else f"{text}{filling}"
            spans.append((shown + GAP, tones.get(name, "muted")))
        return line(*spans)
