"""What happened, with times; the newest at the bottom."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from training.analysis.state import EventLine, RunState
from tui import format
from tui.widgets.panel import Panel
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line

_LEVEL_TONE: dict[str, Tone] = {"info": "plain", "good": "good", "warning": "warning", "error": "error"}


class EventList(Panel):
    """A bounded list that follows its end until one scrolls up."""

    EMPTY = "Nothing has happened yet."
    HELP = """## Events

Seconds since the run began, the lane, what happened. Up and down scroll, End follows again.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "Up", show=False),
        Binding("down,j", "scroll_lines(1)", "Down", show=False),
        Binding("pageup", "scroll_lines(-10)", "Page up", show=False),
        Binding("pagedown", "scroll_lines(10)", "Page down", show=False),
        Binding("end", "follow", "Newest", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._above_end = 0

    def action_scroll_lines(self, lines: int) -> None:
        """Move back (negative) or forward."""
        events = len(self.state.events) if self.state else 0
        self._above_end = max(0, min(self._above_end - lines, events - self.size.height))
        self.retitle()
        self.redraw()

    def action_follow(self) -> None:
        """Back to the newest."""
        self._above_end = 0
        self.retitle()
        self.redraw()

    def show(self, state: RunState) -> None:
        """Take a new state; what one scrolled to stays in place."""
        if self._above_end and self.state is not None:
            self._above_end += max(0, len(state.events) - len(self.state.events))
        super().show(state)

    def title_line(self, state: RunState) -> Line:  # noqa: ARG002
        """The name."""
        return line(("events", "plain"))

    def subtitle_line(self, state: RunState) -> Line:
        """Whether it follows, and what readers passed over."""
        skipped = (
            f"{format.count(state.skipped_lines)} damaged or unknown lines skipped"
            if state.skipped_lines
            else ""
        )
        return line(
            (skipped, "warning"),
            (" · " if skipped and self._above_end else "", "muted"),
            (self._held(), "muted"),
        )

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """The last lines, or those scrolled to."""
        end = max(0, len(state.events) - self._above_end)
        return [_event_line(event, width) for event in state.events[max(0, end - height) : end]]

    def _held(self) -> str:
        return "scrolled: End follows" if self._above_end else ""


def _event_line(event: EventLine, width: int) -> Line:
    lane: Span = (event.lane.upper() if event.lane else " ", LANE_TONE[event.lane] if event.lane else "muted")
    time = f"{format.clock(event.t):>7} "
    return line(
        (time, "muted"),
        lane,
        " ",
        (clip(event.text, max(1, width - len(time) - 2)), _LEVEL_TONE[event.level]),
    )
