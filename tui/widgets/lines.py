"""The base of the live widgets: they draw lines, and only lines that changed are painted again."""

from __future__ import annotations

from itertools import zip_longest
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.glyphs import Glyphs, Marker, glyphs_for
from tui.widgets.spans import BLANK, TONES, Line, changed_width, fit, merged

COVERED = "-tiny"
"""The class of a screen that is covered as the terminal is too small for it: nothing under the cover is drawn."""
UNDER_A_SHEET = "-under-a-sheet"
"""The class of a screen before which another stands: what the keys do then is not that screen's to say."""


class LinesWidget(Widget):
    """Draws lines of spans. Textual repaints a dirty widget whole: this one names its dirty lines."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in TONES}

    DEFAULT_CSS = """
    LinesWidget {
        .lines--plain { color: $foreground; }
        .lines--strong { color: $foreground; text-style: bold; }
        .lines--muted { color: $text-muted; }
        .lines--faint { color: $foreground-disabled; }
        .lines--a { color: $primary; }
        .lines--b { color: $accent; }
        .lines--others { color: $secondary; }
        .lines--good { color: $success; }
        .lines--warning { color: $warning; }
        .lines--error { color: $error; }
        .lines--alarm { color: $error; text-style: bold reverse; }
        .lines--match { color: $foreground; text-style: bold reverse; }
        &:ansi {
            .lines--muted { text-style: dim; }
            .lines--faint { text-style: dim; }
        }
    }
    """

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []

    @property
    def marker(self) -> Marker:
        """What curves are drawn with: as the app says, where it says so."""
        told: Marker = getattr(self.app, "marker", "braille") if self.is_attached else "braille"
        return told

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return glyphs_for(self.marker)

    def draw(self, width: int, height: int) -> list[Line]:
        """The lines as they should stand now. Subclasses say how."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw again and repaint the lines that differ. A widget nobody sees costs nothing."""
        width, height = self.size
        if not self.display or width <= 0 or height <= 0 or self._is_covered:
            return
        new = self.draw(width, height)[:height]
        old, self._lines = self._lines, new
        regions = [
            Region(0, row, cells, 1)
            for row, (before, after) in enumerate(zip_longest(old, new, fillvalue=BLANK))
            if before != after and (cells := changed_width(before, after, width))
        ]
        if regions:
            self.refresh(*regions)

    @property
    def is_under_a_sheet(self) -> bool:
        """Whether keys go to another screen that stands before this one."""
        return self.is_attached and self.screen.has_class(UNDER_A_SHEET)

    @property
    def _is_covered(self) -> bool:
        return any(node.has_class(COVERED) for node in self.ancestors)

    def render_line(self, y: int) -> Strip:
        """One line in the theme's colours."""
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        spans = merged(fit(self._lines[y], width))
        return Strip([Segment(text, self._style_of(tone)) for text, tone in spans], width)

    def on_resize(self, _event: events.Resize) -> None:
        """Another size, another picture."""
        self.redraw()

    def on_show(self, _event: events.Show) -> None:
        """What happened while it was hidden is drawn now."""
        self.redraw()

    def _style_of(self, tone: str) -> Style:
        # the whole style, not the partial one: colours with an alpha are blended with the background
        return self.get_component_rich_style(f"lines--{tone}")
