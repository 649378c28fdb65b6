"""What a panel tells of the moment under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from training.analysis.series import SeriesView
from tui import format
from tui.widgets.spans import Line, Tone, line


def cursor_figures(
    at_s: float, curves: Iterable[tuple[str, Tone, SeriesView]], told: Callable[[float], str]
) -> Line:
    """Each curve's label and its value at a time, a range where one point stands for several, a dash where none is.

    Args:
        at_s: seconds since the run began.
        curves: label, tone and points of each.
        told: a value as text.
    """
    spans: Line = ()
    for label, tone, view in curves:
        spans += line((f"{label} ", tone), (f"{_range(view.at(at_s), told)}  ", "plain"))
    return spans


def _range(found: tuple[float, float] | None, told: Callable[[float], str]) -> str:
    if found is None:
        return format.UNKNOWN
    low, high = told(found[0]), told(found[1])
    return low if low == high else f"{low} to {high}"
