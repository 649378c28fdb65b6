"""A chart over the run's time, as every panel draws it: one axis, the same signs, one cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from training.analysis.state import RunState
from tui.widgets.axis import Axis
from tui.widgets.glyphs import Glyphs, Marker, glyphs_for
from tui.widgets.plot import CANVAS_FROM, FloorSign, Marks, columns_for, draw_curves
from tui.widgets.sampling import Curve
from tui.widgets.spans import Line, Span
from tui.widgets.time_signs import time_signs
from tui.widgets.time_view import TimeView

_COLUMNS_PER_TICK = 12
_FREE = frozenset({" ", "\u2800"})
"""Cells that no curve goes through: a space, or a braille cell without dots."""


def run_axis(state: RunState, view: TimeView, width: int) -> Axis:
    """The axis of time of a chart of this width."""
    return view.axis(state.elapsed_s, max(2, width // _COLUMNS_PER_TICK))


def draw_over_time(
    width: int,
    height: int,
    curves: Sequence[Curve],
    *,
    state: RunState,
    view: TimeView,
    y: Axis,
    marks: Sequence[Marks] = (),
    marker: Marker = "braille",
) -> list[Line]:
    """The curves, against time, in `height` lines of `width` cells; none where that is too small."""
    x, glyphs = run_axis(state, view, width), glyphs_for(marker)
    signs: list[FloorSign] = time_signs(state, glyphs, x, columns_for(width))
    shown = [_inside(one, x) for one in marks]
    lines = draw_curves(width, height, curves, x=x, y=y, marks=shown, signs=signs, marker=marker)
    return with_cursor(lines, x, view, width, glyphs)


def with_cursor(lines: list[Line], x: Axis, view: TimeView, width: int, glyphs: Glyphs) -> list[Line]:
    """The chart with the cursor through it, where it is in sight; curves stay in front of it."""
    if view.cursor_s is None or not x.holds(view.cursor_s):
        return lines
    place = x.place(view.cursor_s) or 0.0
    column = CANVAS_FROM + round(place * (columns_for(width) - 1))
    return [_with_sign(line, column, glyphs.cursor) for line in lines]


def _inside(marks: Marks, x: Axis) -> Marks:
    kept = [(at, value) for at, value in zip(marks.x, marks.y, strict=True) if x.holds(at)]
    return replace(marks, x=[at for at, _ in kept], y=[value for _, value in kept])


def _with_sign(line: Line, column: int, sign: str) -> Line:
    """The line with the sign in one cell, where that is free; every span of a chart is of single cells."""
    spans: list[Span] = []
    start = 0
    for text, tone in line:
        at = column - start
        if 0 <= at < len(text) and text[at] in _FREE:
            spans += [(text[:at], tone), (sign, "strong"), (text[at + 1 :], tone)]
        else:
            spans.append((text, tone))
        start += len(text)
    if column >= start:
        spans += [(" " * (column - start), "plain"), (sign, "strong")]
    return tuple((text, tone) for text, tone in spans if text)
