"""Where a panel's table and its chart go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.widgets.plot import MIN_HEIGHT
from tui.widgets.spans import BLANK, Line, beside

_CHART_BESIDE = 28  # a chart narrower than this beside its table says less than one below it
_CHART_BELOW = 8  # and one lower than this below it says less than one beside it


def place_chart(
    table: Sequence[Line], table_width: int, width: int, height: int, chart: Callable[[int, int], list[Line]]
) -> list[Line]:
    """The table with its chart to the right where there is room, else below, else alone."""
    if height <= 0:
        return []
    if width >= table_width + 2 + _CHART_BESIDE and height - len(table) < _CHART_BELOW:
        return beside(table, table_width + 2, chart(width - table_width - 2, height), height)
    left = height - len(table)
    if left >= MIN_HEIGHT:
        gap = [BLANK] if left > MIN_HEIGHT + 4 else []
        return [*table, *gap, *chart(width, left - len(gap))]
    return list(table[:height])
