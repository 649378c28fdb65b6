"""A framed panel of the live screen: title, empty-state sentence, focus, and the run it shows."""

from __future__ import annotations

from textual import events
from textual.content import Content

from training.analysis.state import RunState
from training.preset.printable import printable
from tui import format
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Tone, line, wrap
from tui.widgets.time_view import TimeView

_TITLE_VARIABLE: dict[Tone, str] = {
    "plain": "$foreground",
    "strong": "$foreground",
    "muted": "$text-muted",
    "faint": "$foreground-disabled",
    "a": "$primary",
    "b": "$accent",
    "others": "$secondary",
    "good": "$success",
    "warning": "$warning",
    "error": "$error",
    "alarm": "$error",
}


class Panel(LinesWidget, can_focus=True):
    """Shows one side of a run. Subclasses say the title, the lines, and what stands there before any data."""

    DEFAULT_CSS = """
    Panel {
        border: round $border-blurred;
        padding: 0 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        &:focus { border: round $foreground; }
        &:ansi:focus { border: heavy $foreground; }
    }
    """

    EMPTY = "Nothing to show yet."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.state: RunState | None = None
        self.time_view = TimeView()
        self._title: tuple[Line, Line] | None = None

    def show(self, state: RunState) -> None:
        """Take a run's new state and repaint what differs."""
        self.state = state
        self.retitle()
        self.redraw()

    def look_at(self, time_view: TimeView) -> None:
        """Show another part of the run's time, or read it at another moment."""
        self.time_view = time_view
        self.retitle()
        self.redraw()

    def on_resize(self, _event: events.Resize) -> None:
        """Titles are cut to the width."""
        self.retitle()

    def retitle(self) -> None:
        """Set title and subtitle where they changed: a new title repaints the whole frame."""
        if self.state is None:
            return
        titles = self.title_line(self.state), self._cursor_or_subtitle(self.state)
        if titles != self._title:
            self._title = titles
            self.border_title = content_of(titles[0])
            self.border_subtitle = content_of(titles[1])

    def _cursor_or_subtitle(self, state: RunState) -> Line:
        at_s = self.time_view.cursor_s
        told = () if at_s is None else self.cursor_line(state, at_s)
        return line((f"at {format.clock(at_s)}  ", "strong")) + told if told else self.subtitle_line(state)

    def cursor_line(self, state: RunState, at_s: float) -> Line:  # noqa: ARG002
        """The figures at a moment of the run; nothing where the panel has none over time."""
        return ()

    def title_line(self, state: RunState) -> Line:
        """What the panel shows, from which source, in which scope."""
        raise NotImplementedError

    def subtitle_line(self, state: RunState) -> Line:  # noqa: ARG002
        """How it is shown."""
        return ()

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """The lines for a state; none while there is nothing to show."""
        raise NotImplementedError

    def draw(self, width: int, height: int) -> list[Line]:
        """The picture, or the sentence that stands for it."""
        lines = self.picture(self.state, width, height) if self.state is not None else []
        return lines or [line((text, "muted")) for text in wrap(self.EMPTY, width)]


def content_of(spans: Line) -> Content:
    """The line for a border title: never read as markup, without control sequences."""
    return Content.assemble(*((printable(text), _TITLE_VARIABLE[tone]) for text, tone in spans))
