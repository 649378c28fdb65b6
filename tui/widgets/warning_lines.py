"""What must not be missed, in lines of its own over everything else: they take room and hide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Size

from training.analysis.standing_warnings import StandingWarning, standing_warnings
from training.analysis.state import RunState
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Tone, clip, line, wrap

_SIGN = "! "
_MOST_LINES = ((28, 4), (20, 2), (0, 1))
"""From which height of the screen on warnings may take how many lines."""


class WarningLines(LinesWidget):
    """Standing warnings, the gravest first; not there while there are none."""

    DEFAULT_CSS = """
    WarningLines { height: auto; display: none; padding: 0 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._warnings: tuple[StandingWarning, ...] = ()
        self._room = (0, 0)
        self._tones: list[Tone] = []

    def show(self, state: RunState, screen: Size) -> None:
        """Take what stands now, in as many lines as a screen of this size can spare."""
        most = next(lines for bound, lines in _MOST_LINES if screen.height >= bound)
        warnings, room = standing_warnings(state), (max(1, screen.width - 2), most)
        if (warnings, room) == (self._warnings, self._room):
            return
        self._warnings, self._room = warnings, room
        lines = folded(self._warnings, *self._room)
        self.display = bool(lines)
        self.styles.height = len(lines)
        tones = [spans[0][1] for spans in lines]
        self.redraw()
        if tones != self._tones:  # the blanks of an alarm are coloured too
            self._tones = tones
            self.refresh()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """The lines as `show` laid them out."""
        return folded(self._warnings, *self._room)


def folded(warnings: Sequence[StandingWarning], width: int, most: int) -> list[Line]:
    """The warnings in at most `most` lines of `width` cells.

    Whole where all fit; else a line for each, the first ones longer where lines are left, and how many are not told.
    """
    wrapped = [(one, wrap(_SIGN + one.text, width)) for one in warnings]
    if sum(len(texts) for _, texts in wrapped) <= most:
        return [line((text, _tone(one))) for one, texts in wrapped for text in texts]
    lines: list[Line] = []
    for index, (one, texts) in enumerate(wrapped):
        after = len(wrapped) - index - 1
        room = max(1, most - len(lines) - after)
        last_line = len(lines) + room >= most
        more = f" (+{after} more: 5)" if last_line and after else ""
        shown = texts[:room]
        if len(shown) < len(texts):
            shown[-1] = f"{shown[-1]} {texts[len(shown)]}"
        shown[-1] = clip(shown[-1], width - len(more)) + more
        lines += [line((text, _tone(one))) for text in shown]
        if len(lines) >= most:
            break
    return lines


def _tone(warning: StandingWarning) -> Tone:
    return "alarm" if warning.level == "alarm" else "warning"
