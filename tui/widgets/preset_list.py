"""One lane's list of presets: where it stands is what the lane will train."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from training.plan import Lane
from training.preset.printable import printable
from tui.widgets.lines import LinesWidget
from tui.widgets.preset_order import ListOrder
from tui.widgets.preset_text import data_name, model_name
from tui.widgets.spans import LANE_TONE, Line, Span, clip, fit, line, spread, wrap

if TYPE_CHECKING:
    from training.preset_library import PresetEntry

BAD = "cannot be used"
EDITED = "edited"
_TITLE_FROM_CELLS = 50
"""A list this wide shows titles beside the names."""
_LONGEST_FILTER = 80


class PresetList(LinesWidget, can_focus=True):
    """The presets with a highlight; `/` narrows them to what holds all the words typed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"preset-list--picked"}

    DEFAULT_CSS = """
    PresetList {
        border: round $border-blurred;
        padding: 0 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        .preset-list--picked { background: $block-cursor-blurred-background; }
        &:focus { border: round $foreground; .preset-list--picked { background: $block-cursor-background; } }
        &:ansi:focus { border: heavy $foreground; .preset-list--picked { text-style: reverse; } }
    }
    """

    HELP = """# A lane's presets

The highlight is what the lane trains. **Enter** takes it and moves on, **/** filters (Escape clears),
arrows or **j** **k** move. The same preset may stand in both lanes.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.take", "Take", tooltip="Take the highlighted preset and move on"),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
        Binding("slash", "filter", "Filter", key_display="/", tooltip="Show only what holds these words"),
    ]

    @dataclass
    class Moved(Message):
        """The highlight stands elsewhere."""

        lane: Lane

    def __init__(self, lane: Lane, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lane = lane
        self._entries: tuple[PresetEntry, ...] | None = None
        self._shown: list[PresetEntry] = []
        self._twice: frozenset[str] = frozenset()
        self._at = 0
        self._first = 0
        self._filter: str | None = None
        self._before_filter: str | None = None
        self._order = ListOrder()

    @property
    def is_read(self) -> bool:
        """The presets are known."""
        return self._entries is not None

    @property
    def is_filtering(self) -> bool:
        """Letters go to the filter."""
        return self._filter is not None

    @property
    def picked(self) -> PresetEntry | None:
        """The highlighted preset; None where nothing matches, or nothing is read yet."""
        return self._shown[self._at] if self._shown else None

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
        self._entries, self._order = entries, order or ListOrder()
        names = Counter(entry.name for entry in entries)
        self._twice = frozenset(name for name, count in names.items() if count > 1)
        self._narrow(picked)

    def pick(self, reference: str) -> None:
        """Highlight the preset of this reference, if it is there; a filter ends."""
        self._filter = None
        self._narrow(reference)

    def end_filter(self) -> None:
        """Show everything again; the highlight stays where it is."""
        if self._filter is not None:
            self.pick(self._reference or self._before_filter or "")

    def action_filter(self) -> None:
        """Begin to filter."""
        if self._filter is None:
            self._filter, self._before_filter = "", self._reference
            self._changed()

    def action_move(self, by: int) -> None:
        """Move the highlight."""
        at = min(max(self._at + by, 0), len(self._shown) - 1)
        if self._shown and at != self._at:
            self._at = at
            self._changed()

    def action_page(self, by: int) -> None:
        """Move the highlight by a page."""
        self.action_move(by * max(1, self.size.height - 1))

    def on_key(self, event: events.Key) -> None:
        """While filtering, letters are the filter's and no binding's.

        The filter begins here and not in its binding, which runs only after keys that were typed on have come here.
        """
        if self._filter is None:
            if event.key != "slash":
                return
            self.action_filter()
        elif event.key == "escape":
            self.pick(self._before_filter or "")
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

    def on_focus(self) -> None:
        """The highlight is marked differently where the keys go."""
        self._changed()

    def on_blur(self) -> None:
        """A list that is left shows all it has."""
        self.end_filter()
        self.redraw()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """Tell the footer which keys do not do what their bindings say."""
        return self._filter is not None and character is not None and character.isprintable()

    def _type(self, text: str) -> None:
        self._filter = text[:_LONGEST_FILTER]
        self._narrow(self._reference or self._before_filter or "")

    @property
    def _reference(self) -> str | None:
        picked = self.picked
        return picked.reference if picked else None

    def _narrow(self, reference: str) -> None:
        """Apply the filter and highlight what was asked, else the first that can be used, else the first."""
        words = (self._filter or "").casefold().split()
        self._shown = [one for one in self._entries or () if all(word in _searched(one) for word in words)]
        wanted = [index for index, one in enumerate(self._shown) if one.reference == reference]
        usable = [index for index, one in enumerate(self._shown) if one.preset is not None]
        self._at = next(iter([*wanted, *usable]), 0)
        self._changed()

    def _changed(self) -> None:
        self._retitle()
        self.redraw()
        self.post_message(self.Moved(self.lane))

    def _retitle(self) -> None:
        tone = "$primary" if self.lane == "a" else "$accent"
        title: list[tuple[str, str]] = [
            (f"Lane {self.lane.upper()}", f"bold {tone}"),
            (f"  by {self._order.by}", "$text-muted"),
        ]
        if self._filter is not None:
            title += [("  /", "$text-muted"), (printable(self._filter), "$foreground"), ("▏", "$foreground")]
        self.border_title = Content.assemble(*title)
        total = len(self._entries or ())
        of = f"{len(self._shown)} of {total}" if self._filter else f"{min(self._at + 1, total)} of {total}"
        self.border_subtitle = of if total else ""

    def draw(self, width: int, height: int) -> list[Line]:
        """The part of the list around the highlight."""
        if not self._shown:
            return [line((text, "muted")) for text in wrap(self._empty_text(), width)]
        # Scrolls no further than it must, and leaves no room at the end.
        self._first = min(
            max(self._first, self._at - height + 1), self._at, max(0, len(self._shown) - height)
        )
        rows = range(self._first, min(self._first + height, len(self._shown)))
        return [fit(self._row(self._shown[row], width, picked=row == self._at), width) for row in rows]

    def render_line(self, y: int) -> Strip:
        """The highlight has a background of its own."""
        strip = super().render_line(y)
        if not self._shown or y != self._at - self._first:
            return strip
        picked = self.get_component_rich_style("preset-list--picked")
        highlight = Style(bgcolor=picked.bgcolor, reverse=picked.reverse)
        return Strip(Segment.apply_style(list(strip), post_style=highlight))

    def _empty_text(self) -> str:
        if self._entries is None:
            return "Reading the presets…"
        return f"Nothing holds “{self._filter}”. Escape shows all." if self._filter else "No presets found."

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


def _searched(entry: PresetEntry) -> str:
    preset = entry.preset
    told = (preset.title, preset.stresses, model_name(preset), data_name(preset)) if preset else (BAD,)
    edited = (EDITED,) if entry.overrides else ()
    return " ".join((entry.reference, entry.origin, *told, *edited)).casefold()
