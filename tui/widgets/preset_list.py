"""One lane's list of presets: where it stands is what the lane will train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from training.plan import Lane
from tui.widgets.filtered_list import FILTER_KEY, FilteredList
from tui.widgets.preset_order import ListOrder
from tui.widgets.preset_text import data_name, model_name
from tui.widgets.spans import LANE_TONE, Line, Span, clip, fit, line, spread

if TYPE_CHECKING:
    from training.preset_library import PresetEntry


BAD = "cannot be used"
EDITED = "edited"
_TITLE_FROM_CELLS = 50
"""A list this wide shows titles beside the names."""


def _nobody(_text: str) -> PresetEntry | None:
    return None


class PresetList(FilteredList["PresetEntry"]):
    """The presets with a highlight."""

    DEFAULT_CSS = """
    PresetList {
        border: round $border-blurred;
        border-title-color: $text-muted;
        .filtered-list--at { background: $block-cursor-blurred-background; }
        &:focus { border: round $foreground; .filtered-list--at { background: $block-cursor-background; } }
        &:ansi { .filtered-list--at { text-style: none; } }
        &:ansi:focus { border: heavy $foreground; .filtered-list--at { text-style: reverse; } }
    }
    """

    HELP = """# A lane's presets

The highlight is what the lane trains. **Enter** takes it and moves on, **/** filters (Escape clears),
arrows or **j** **k** move. The same preset may stand in both lanes.

A script of your own is typed behind **/**, by its path and with its arguments: `./train.py --lr 0.1`. `exec:` before a
command names any program.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.take", "Take", tooltip="Take the highlighted preset and move on"),
        FILTER_KEY,
    ]

    READING = "Reading the presets…"
    NOTHING = "No presets found."

    @dataclass
    class Moved(Message):
        """The highlight stands elsewhere."""

        lane: Lane

    def __init__(
        self,
        lane: Lane,
        *,
        named: Callable[[str], PresetEntry | None] = _nobody,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`named` tells the script or program that a text names by itself."""
        super().__init__(id=id, classes=classes)
        self.lane = lane
        self._named = named
        self._twice: frozenset[str] = frozenset()
        self._order = ListOrder()

    @property
    def refusal(self) -> str | None:
        """Why the highlighted preset cannot be taken; nothing is refused before the presets are read."""
        if not self.is_read or (self.picked is not None and self.picked.preset is not None):
            return None
        why = (
            f"{self.picked.name} cannot be used, see its details"
            if self.picked
            else "no preset is highlighted"
        )
        return f"lane {self.lane.upper()}: {why}"

    def show(self, entries: tuple[PresetEntry, ...], picked: str, order: ListOrder | None = None) -> None:
        """Take the presets and highlight the one of this reference, else the first that can be used.

        Args:
            entries: in the order in which they are listed.
            picked: a reference.
            order: what that order is; by name where it is None.
        """
        self._rows, self._order = entries, order or ListOrder()
        names = Counter(entry.name for entry in entries)
        self._twice = frozenset(name for name, count in names.items() if count > 1)
        self._narrow(picked)

    def pick(self, reference: str) -> None:
        """Highlight the preset of this reference, if it is there; a filter ends."""
        self._end_filter(reference)

    def end_filter(self) -> None:
        """Show everything again; the highlight stays where it is."""
        if self.is_filtering:
            self._end_filter(self._key or self._before_filter)

    def on_focus(self) -> None:
        """The highlight is marked differently where the keys go."""
        self._changed()

    def on_blur(self) -> None:
        """A list that is left shows all it has."""
        self.end_filter()
        self.redraw()

    def key_of(self, row: PresetEntry) -> str:
        """Its reference."""
        return row.reference

    def searched_in(self, row: PresetEntry) -> str:
        """Its names, its title, and what it is made of."""
        preset = row.preset
        told = (preset.title, preset.stresses, model_name(preset), data_name(preset)) if preset else (BAD,)
        edited = (EDITED,) if row.overrides else ()
        return " ".join((row.reference, row.origin, *told, *edited)).casefold()

    def named_by(self, filter_text: str) -> Sequence[PresetEntry]:
        """The script or program that is typed."""
        named = self._named(filter_text.strip())
        return () if named is None else (named,)

    def called(self, filter_text: str) -> Sequence[PresetEntry]:
        """Of several that have the name the shipped one, as on the command line."""
        name = filter_text.strip().casefold()
        rows = [row for row in self._rows or () if name in (row.name.casefold(), row.reference.casefold())]
        return sorted(rows, key=lambda row: row.reference.casefold() != name) if name else ()

    def instead(self) -> int:
        """The first that can be used, else the first."""
        return next((index for index, one in enumerate(self._shown) if one.preset is not None), 0)

    def changed(self) -> None:
        """Say whose list it is, and what it is sorted by."""
        tone = "$primary" if self.lane == "a" else "$accent"
        self.border_title = Content.assemble(
            (f"Lane {self.lane.upper()}", f"bold {tone}"),
            (f"  by {self._order.by}", "$text-muted"),
            *self.filter_title(),
        )
        self.border_subtitle = self.count_title()
        self.post_message(self.Moved(self.lane))

    def row_lines(self, rows: Sequence[tuple[PresetEntry, bool]], width: int) -> list[Line]:
        """Name and title, and what is to be said of it at the right."""
        return [fit(self._row(entry, width, picked=at), width) for entry, at in rows]

    def _key_after_escape(self) -> str | None:
        return self._before_filter

    def _row(self, entry: PresetEntry, width: int, *, picked: bool) -> Line:
        tone = LANE_TONE[self.lane] if picked else "plain"
        mark = f"{self.glyphs.chosen} " if picked else "  "
        note, note_tone = self._note(entry)
        room = max(4, width - 2 - cell_len(note) - 2)
        spans: list[Span] = [
            (mark, tone),
            (clip(entry.name, room), "muted" if entry.preset is None else tone),
        ]
        if entry.preset is not None and width >= _TITLE_FROM_CELLS:
            column = min(max(cell_len(one.name) for one in self._shown), width // 3)
            gap = " " * (max(0, column - cell_len(spans[1][0])) + 2)
            spans.append((gap + clip(entry.preset.title, room - column - 2), "muted"))
        right = line((note, note_tone))
        return spread(line(*spans), right, width)

    def _note(self, entry: PresetEntry) -> Span:
        if entry.preset is None:
            return BAD, "error"
        if entry.overrides:
            return EDITED, "warning"
        if (note := self._order.notes.get(entry.reference)) is not None:
            return (f"{note} {entry.origin}" if entry.name in self._twice else note), "muted"
        if entry.origin != "shipped" or entry.name in self._twice:
            return entry.origin, "others"
        return model_name(entry.preset), "faint"
