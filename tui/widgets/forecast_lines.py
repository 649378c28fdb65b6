"""What the highlighted pair will take: its memory, and its time alone and together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui.widgets.forecast_text import fit_lines, tight_lines, time_lines
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import BLANK, Line, line, whole, width_of

if TYPE_CHECKING:
    from training.analysis.forecast import Forecast

READING = "reading what was measured…"


def _now() -> datetime:
    return datetime.now().astimezone()


class ForecastLines(LinesWidget):
    """Two lines, or one where the screen is low; their place is theirs from the beginning."""

    DEFAULT_CSS = """
    ForecastLines { height: 2; padding: 0 1; background: $surface; }
    """

    def __init__(
        self, *, now: Callable[[], datetime] = _now, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._now = now
        self._forecast: Forecast | None = None
        self._note = READING

    def show(self, forecast: Forecast | None, note: str = "") -> None:
        """Take the forecast; `note` stands where there is none."""
        self._forecast, self._note = forecast, note
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """Memory over time, or both in one line."""
        if self._forecast is None:
            return [line((self._note, "muted"))] if self._note else [BLANK]
        now = self._now()
        if height < 2:
            return [_fitting(tight_lines(self._forecast, now), width)]
        return [_fitting(fit_lines(self._forecast), width), _fitting(time_lines(self._forecast, now), width)]


def _fitting(lines: Iterable[Line], width: int) -> Line:
    """The first that fits; of the tightest what fits whole."""
    last = BLANK
    for last in lines:
        if width_of(last) <= width:
            return last
    return whole(last, width)
