"""The devices of this machine with a highlight, and what is known of the highlighted one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from training.plan import LANES, Lane
from tui.widgets.device_rows import DeviceRow
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line, wrap

_HEADINGS = ("free of total", "busy", "who is there")
_GAP = "  "
_FEWEST_NAME_CELLS = 14
_WHO_CELLS = 32
"""What "alice python 12.1 GiB, +2 more" takes, about: names give way to it."""


class DeviceList(LinesWidget):
    """A row for each device under one line of headings; the keys are the screen's."""

    COMPONENT_CLASSES = {"device-list--at"}

    DEFAULT_CSS = """
    DeviceList {
        .device-list--at { background: $block-cursor-background; }
        &:ansi { .device-list--at { text-style: reverse; } }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: tuple[DeviceRow, ...] = ()
        self._at = 0
        self._first = 0
        self._heads: list[Line] = []
        self._lanes: Mapping[Lane, str] = {}

    def show(self, rows: tuple[DeviceRow, ...], at: int, lanes: Mapping[Lane, str]) -> None:
        """Take the rows, which of them is highlighted, and each lane's own MIG instance."""
        self._rows, self._at, self._lanes = rows, at, dict(lanes)
        self.redraw()

    @property
    def has_headings(self) -> bool:
        """There are figures to name."""
        return any(not row.sentence for row in self._rows)

    def draw(self, width: int, height: int) -> list[Line]:
        """The headings and the part of the list around the highlight."""
        columns = _columns(self._rows, width)
        self._heads = [line((self._headings(columns), "faint"))] if self.has_headings else []
        room = max(1, height - len(self._heads))
        self._first = min(max(self._first, self._at - room + 1), self._at, max(0, len(self._rows) - room))
        shown = range(self._first, min(len(self._rows), self._first + room))
        return [*self._heads, *(self._row(index, columns, width) for index in shown)]

    def render_line(self, y: int) -> Strip:
        """The highlighted line has a background of its own."""
        strip = super().render_line(y)
        index = self._first + y - len(self._heads)
        if not len(self._heads) <= y < len(self._lines) or index != self._at:
            return strip
        at = self.get_component_rich_style("device-list--at")
        highlight = Style(bgcolor=at.bgcolor, reverse=at.reverse)
        return Strip(Segment.apply_style(list(strip), post_style=highlight))

    def _headings(self, columns: Sequence[int]) -> str:
        label, name, memory, busy, _ = columns
        return (
            " " * (2 + label + 2 + name + 2)
            + f"{_HEADINGS[0]:<{memory}}{_GAP}{_HEADINGS[1]:>{busy}}{_GAP}{_HEADINGS[2]}"
        )

    def _row(self, index: int, columns: Sequence[int], width: int) -> Line:
        row = self._rows[index]
        label, name, memory, busy, who = columns
        at = index == self._at
        tone: Tone = "muted" if row.refusal else "strong" if at else "plain"
        mark = self.glyphs.chosen if at else " "
        spans: list[Span] = [(f"{mark} ", tone), *self._label(row, label, tone), (_GAP, "plain")]
        if row.sentence and not row.name:
            room = width - 2 - label - 2
            return line(*spans, (clip(row.sentence, room), "strong" if at else "muted"))
        spans += [(clip(row.name, name).ljust(name) + _GAP, tone)]
        if row.sentence:
            room = width - 2 - label - 2 - name - 2
            return line(*spans, (clip(row.sentence, room), "warning"))
        return line(
            *spans,
            (f"{clip(row.memory, memory):<{memory}}{_GAP}{row.utilization:>{busy}}{_GAP}", tone),
            (clip(row.who, who), "muted"),
        )

    def _label(self, row: DeviceRow, cells: int, tone: Tone) -> list[Span]:
        """What it is called; a MIG instance has in its place the lanes it is given to."""
        if row.mig_of is None:
            return [(row.label.ljust(cells), tone)]
        given = [lane for lane in LANES if self._lanes.get(lane) == row.request]
        spans: list[Span] = [(lane.upper(), LANE_TONE[lane]) for lane in given]
        return [*spans, (" " * (cells - len(given)), "plain")]


class DeviceDetails(LinesWidget):
    """What is known of the highlighted device, under a sentence where something was refused."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._told: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._problem = ""

    def show(self, told: tuple[str, ...], notes: tuple[str, ...], problem: str) -> None:
        """Take what is known, what holds of the whole list, and why a key did nothing."""
        self._told, self._notes, self._problem = told, notes, problem
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Problem, then the device, then the notes: each wrapped, the last cut where there is no room."""
        lines: list[Line] = [line((text, "error")) for text in wrap(self._problem, width)]
        notes = [line((text, "warning")) for note in self._notes for text in wrap(note, width)]
        for index, told in enumerate(self._told):
            tone: Tone = "plain" if index == 0 else "muted"
            lines += [line((text, tone)) for text in wrap(told, width)]
        room = max(0, height - len(notes))
        return [*lines[:room], *notes]


def _columns(rows: Sequence[DeviceRow], width: int) -> tuple[int, int, int, int, int]:
    """Cells of label, name, memory, utilisation and who is there; the name gives way."""
    with_figures = [row for row in rows if not row.sentence]
    label = max((cell_len(row.label) for row in rows), default=4)
    memory = max(len(_HEADINGS[0]), *(cell_len(row.memory) for row in with_figures), 0)
    busy = max(len(_HEADINGS[1]), *(cell_len(row.utilization) for row in with_figures), 0)
    left = width - 2 - label - memory - busy - 4 * len(_GAP)
    longest = max((cell_len(row.name) for row in rows), default=0)
    name = max(0, min(longest, max(_FEWEST_NAME_CELLS, left - _WHO_CELLS)))
    return label, name, memory, busy, max(0, left - name)
