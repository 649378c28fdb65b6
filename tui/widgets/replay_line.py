"""The line of a replay: where it stands in its record, how fast it goes, and the keys that move it."""

from __future__ import annotations

from tui import format
from tui.replay_feed import ReplayPlace
from tui.widgets.bars import progress_bar
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, line, width_of

_KEYS = ("left/right seek 10 s", "< > speed", "shift+left/right a minute", "home/end")
"""In the order in which they are told where there is room, after what space does."""
_BETWEEN = ", "
_LEAST_BAR = 8


class ReplayLine(LinesWidget):
    """One line under everything else."""

    DEFAULT_CSS = """
    ReplayLine { height: 1; padding: 0 1; background: $panel; }
    """

    def __init__(self, place: ReplayPlace, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place = place

    def show(self, place: ReplayPlace) -> None:
        """Take where it is now."""
        self._place = place
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """The place and the keys, and a bar where there is room for one."""
        place = self._place
        told = line(("replay ", "warning"), (_where(place), "strong"), (_how(place), "plain"))
        keys = _keys(place, width - width_of(told) - 3)
        room = width - width_of(told) - width_of(keys) - 2
        bar: Line = ()
        if room >= _LEAST_BAR:
            done = place.position_s / place.end_s if place.end_s > 0 else 1.0
            signs = self.glyphs.progress_done, self.glyphs.progress_left
            bar = (*line("  "), *progress_bar(done, room, *signs, "strong"))
        return [(*told, *keys, *bar)]


def speed_text(speed: float) -> str:
    """A speed as people read it: 0.25×, 4×."""
    return f"{speed:g}×"


def _where(place: ReplayPlace) -> str:
    return f"{format.clock(place.position_s)} of {format.clock(place.end_s)}"


def _how(place: ReplayPlace) -> str:
    """The speed, and why it does not move."""
    if place.is_seeking:
        return f" · {speed_text(place.speed)} · seeking"
    if place.at_end:
        return " · the end"
    return f" · {speed_text(place.speed)}" + ("" if place.plays else " · paused")


def _keys(place: ReplayPlace, room: int) -> Line:
    """As many as there is room for whole."""
    space = "space pauses" if place.plays else "space plays"
    first = "space plays it again" if place.at_end else space
    told: list[Span] = []
    for key in (first, *_KEYS):
        text = f"{_BETWEEN if told else ' · '}{key}"
        room -= len(text)
        if room < 0:
            break
        told.append((text, "muted"))
    return line(*told)
