"""A list with a highlight; `/` narrows it to what holds all the words typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from training.preset.printable import printable
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, line, wrap
from tui.widgets.typed_text import is_sign, pasted, typed

_LONGEST_FILTER = 300

Row = TypeVar("Row")

FILTER_KEY = Binding("slash", "filter", "Filter", key_display="/", tooltip="Show only what holds these words")
"""Stands among the subclass's own keys, in whose order the last line names them."""


class FilteredList(LinesWidget, Generic[Row], can_focus=True):
    """Rows of which one is highlighted. Subclasses say what a row is called, what is searched in it, and draw it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"filtered-list--at"}

    DEFAULT_CSS = """
    FilteredList {
        border: round $foreground;
        padding: 0 1;
        border-subtitle-color: $text-muted;
        .filtered-list--at { background: $block-cursor-background; }
        &:ansi { .filtered-list--at { text-style: reverse; } }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move(-1000000)", "First", show=False),
        Binding("end", "move(1000000)", "Last", show=False),
    ]

    HEAD_LINES = 0
    """How many lines of heading stay above the rows."""
    READING = "Reading…"
    NOTHING = "Nothing here."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] | None = None
        self._shown: list[Row] = []
        self._at = 0
        self._first = 0
        self._filter: str | None = None
        self._before_filter: str | None = None

    @property
    def is_read(self) -> bool:
        """The rows are known."""
        return self._rows is not None

    @property
    def is_filtering(self) -> bool:
        """Letters go to the filter."""
        return self._filter is not None

    @property
    def picked(self) -> Row | None:
        """The highlighted row; None where nothing matches, or nothing is read yet."""
        return self._shown[self._at] if self._shown else None

    # What a row is

    def key_of(self, row: Row) -> str:
        """What the row is known by while others come and go."""
        raise NotImplementedError

    def searched_in(self, row: Row) -> str:
        """What the filter's words are looked for in, in small letters."""
        raise NotImplementedError

    def named_by(self, filter_text: str) -> Sequence[Row]:  # noqa: ARG002
        """Rows that are not in the list and that what is typed names."""
        return ()

    def called(self, filter_text: str) -> Sequence[Row]:  # noqa: ARG002
        """Rows whose whole name is typed, the one that is likeliest meant first: they are highlighted before others."""
        return ()

    def instead(self) -> int:
        """Where the highlight goes among the rows shown when its own is not there any more."""
        return min(self._at, max(0, len(self._shown) - 1))

    def changed(self) -> None:
        """The highlight, the filter or the rows are others: tell whoever wants to know."""
        raise NotImplementedError

    # Keys

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
        self.action_move(by * max(1, self.size.height - self.HEAD_LINES - 1))

    async def on_key(self, event: events.Key) -> None:
        """While filtering, letters are the filter's and no binding's.

        Bindings run only after keys that were typed on have come here: hence the filter begins here and not in its own,
        and what ends it, as Enter does, is done here before the letter behind it comes.
        """
        if self._filter is None:
            if event.key != "slash":
                return
            self.action_filter()
        elif event.key == "escape":
            self._end_filter(self._key_after_escape())
        elif (text := typed(self._filter, event)) is not None:
            self._type(text)
        elif (active := self.screen.active_bindings.get(event.key)) is not None and active.enabled:
            await self.app.run_action(active.binding.action, active.node)
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text is the filter's as well."""
        if self._filter is not None:
            self._type(pasted(self._filter, event))
            event.stop()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """Tell the last line which keys do not do what their bindings say."""
        return self._filter is not None and is_sign(character)

    def _key_after_escape(self) -> str | None:
        """What is highlighted once the filter is taken back."""
        return self._key or self._before_filter

    def _type(self, text: str) -> None:
        self._filter = text[:_LONGEST_FILTER]
        called = [self.key_of(row) for row in self.called(self._filter)]
        if self._before_filter in called:
            self._narrow(self._before_filter)
        else:
            self._narrow(called[0] if called else self._key or self._before_filter)

    def _end_filter(self, key: str | None) -> None:
        self._filter = None
        self._narrow(key)

    @property
    def _key(self) -> str | None:
        picked = self.picked
        return None if picked is None else self.key_of(picked)

    def _narrow(self, key: str | None) -> None:
        """Apply the filter and highlight what was asked, else what stands instead of it."""
        words = (self._filter or "").casefold().split()
        self._shown = [
            row for row in self._rows or () if all(word in self.searched_in(row) for word in words)
        ]
        if self._filter and self.is_read:
            shown = {self.key_of(row) for row in self._shown}
            self._shown += [row for row in self.named_by(self._filter) if self.key_of(row) not in shown]
        wanted = [index for index, row in enumerate(self._shown) if self.key_of(row) == key]
        self._at = wanted[0] if wanted else self.instead()
        self._changed()

    def _changed(self) -> None:
        self.redraw()
        self.changed()

    # Drawing

    def heading(self, width: int) -> list[Line]:  # noqa: ARG002
        """As many lines as `HEAD_LINES` says."""
        return []

    def row_lines(self, rows: Sequence[tuple[Row, bool]], width: int) -> list[Line]:
        """A line for each row, with whether it is highlighted."""
        raise NotImplementedError

    def filter_title(self) -> list[tuple[str, str]]:
        """What is typed, for the frame's title; nothing where nobody filters."""
        if self._filter is None:
            return []
        return [("  /", "$text-muted"), (printable(self._filter), "$foreground"), ("▏", "$foreground")]

    def count_title(self) -> str:
        """The place of the highlight, or how many match; empty where there is nothing."""
        total = len(self._rows or ())
        of = f"{len(self._shown)} of {total}" if self._filter else f"{min(self._at + 1, total)} of {total}"
        return of if total else ""

    def draw(self, width: int, height: int) -> list[Line]:
        """The heading and the part of the list around the highlight."""
        if not self._shown:
            return [line((text, "muted")) for text in wrap(self._empty_text(), width)]
        room = max(1, height - self.HEAD_LINES)
        # Scrolls no further than it must, and leaves no room at the end.
        self._first = min(max(self._first, self._at - room + 1), self._at, max(0, len(self._shown) - room))
        shown = range(self._first, min(self._first + room, len(self._shown)))
        rows = [(self._shown[index], index == self._at) for index in shown]
        return [*self.heading(width), *self.row_lines(rows, width)]

    def render_line(self, y: int) -> Strip:
        """The highlight has a background of its own."""
        strip = super().render_line(y)
        if not self._shown or y - self.HEAD_LINES != self._at - self._first:
            return strip
        at = self.get_component_rich_style("filtered-list--at")
        highlight = Style(bgcolor=at.bgcolor, reverse=at.reverse)
        return Strip(Segment.apply_style(list(strip), post_style=highlight))

    def _empty_text(self) -> str:
        if self._rows is None:
            return self.READING
        return f"Nothing holds “{self._filter}”. Escape shows all." if self._filter else self.NOTHING
