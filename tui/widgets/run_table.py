"""The runs in a table with a highlight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from tui.widgets.filtered_list import FILTER_KEY, FilteredList
from tui.widgets.run_columns import GAP, Columns, columns_for, heading
from tui.widgets.run_rows import RunRow, presets_within
from tui.widgets.spans import Line, Span, Tone, clip, fit, line


class RunTable(FilteredList[RunRow]):
    """A row for each run under one line of headings."""

    DEFAULT_CSS = """
    RunTable { border-title-color: $foreground; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.open", "Open", key_display="⏎", tooltip="Open the highlighted run"),
        FILTER_KEY,
        Binding("d,delete", "screen.delete", "Delete", key_display="d", tooltip="Delete the run (asks)"),
        Binding("left,h", "page(-1)", "Page up", show=False),
        Binding("right,l", "page(1)", "Page down", show=False),
    ]

    HEAD_LINES = 1
    READING = "Reading the runs…"
    NOTHING = "No runs yet: n here or `dualtrain-tui run A B` makes one."

    class Moved(Message):
        """Another run is highlighted, or the same one is told otherwise."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._titles: tuple[str | None, str] | None = None
        self._laid_out: tuple[tuple[RunRow, ...] | None, int, Columns] | None = None
        """For which rows, in which width, and the columns."""

    def show(self, rows: tuple[RunRow, ...]) -> None:
        """Take the rows; the highlight stays on its run, or on its place where that is gone."""
        if rows != self._rows:
            self._rows = rows
            self._narrow(self._key)

    def key_of(self, row: RunRow) -> str:
        """Its folder."""
        return row.key

    def searched_in(self, row: RunRow) -> str:
        """All its columns."""
        return row.searched

    def changed(self) -> None:
        """Name what is typed, and count; a new title repaints the whole frame."""
        titles = self._filter, self.count_title()
        if titles != self._titles:
            self._titles = titles
            self.border_title = Content.assemble(("Runs", "bold"), *self.filter_title())
            self.border_subtitle = titles[1]
        self.post_message(self.Moved())

    def heading(self, width: int) -> list[Line]:
        """The names of the columns."""
        return [line((" " * cell_len(self._mark(False)) + heading(self._columns(width)), "faint"))]

    def row_lines(self, rows: Sequence[tuple[RunRow, bool]], width: int) -> list[Line]:
        """A cell for each column there is room for."""
        columns = self._columns(width)
        return [fit(self._row(row, columns, at=at), width) for row, at in rows]

    def _columns(self, width: int) -> Columns:
        """Found once for all lines: every row is looked at for it."""
        if self._laid_out is None or self._laid_out[0] is not self._rows or self._laid_out[1] != width:
            found = columns_for(self._rows or (), width - cell_len(self._mark(False)))
            self._laid_out = (self._rows, width, found)
        return self._laid_out[2]

    def _mark(self, at: bool) -> str:
        return f"{self.glyphs.chosen if at else ' '} "

    def _row(self, row: RunRow, columns: Columns, *, at: bool) -> Line:
        plain: Tone = "strong" if at else "plain"
        tones: dict[str, Tone] = {"state": row.tone, "presets": plain, "verdict": plain}
        spans: list[Span] = [(self._mark(at), plain)]
        for name, cells in columns:
            text = presets_within(row.run, cells) if name == "presets" else clip(getattr(row, name), cells)
            filling = " " * (cells - cell_len(text))
            shown = f"{filling}{text}" if name == "size" else f"{text}{filling}"
            spans.append((shown + GAP, tones.get(name, "muted")))
        return line(*spans)
