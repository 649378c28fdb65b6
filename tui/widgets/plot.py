"""Curves as lines of text. The only module that knows plotext.

plotext 6 aborts the process on a NaN in a line and on points far outside its limits, and cannot take the
logarithm of a curve's first moments. So it never sees data: points are filtered, placed and clipped to 0..1
here, axes are ours, and plotext rasters at most two points per column on a bare canvas.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import plotext

from tui.widgets.axis import Axis
from tui.widgets.glyphs import Glyphs, Marker, glyphs_for
from tui.widgets.sampling import Curve, dots_along, downsample
from tui.widgets.spans import TONES, Line, Span, Tone

MIN_WIDTH = 16
MIN_HEIGHT = 4
_GUTTER = 8  # cells left of the canvas: the label, a space, the rule
_RULE_FROM = 8  # lines; in a lower chart the rule of the x axis would cost a canvas line that says more
_RULE_FROM_WITH_SIGNS = 6
_COLOUR_BASE = (
    32  # plotext colour codes stand for tones on the way through; the screen's theme gives the colours
)
_CODES = re.compile(r"\x1b\[([0-9;]*)m")
_DOTS_PER_CELL: dict[Marker, int] = {"braille": 2, "hd": 2, "ascii": 1}


@dataclass(frozen=True, slots=True)
class Marks:
    """Single points with a sign of their own, drawn over the curves."""

    x: Sequence[float]
    y: Sequence[float]
    tone: Tone
    sign: str


@dataclass(frozen=True, slots=True)
class FloorSign:
    """A sign on the x axis itself: something that happened there."""

    x: float
    sign: str
    tone: Tone


def draw_curves(
    width: int,
    height: int,
    curves: Sequence[Curve],
    *,
    x: Axis,
    y: Axis,
    marks: Sequence[Marks] = (),
    signs: Sequence[FloorSign] = (),
    marker: Marker = "braille",
) -> list[Line]:
    """The curves between their axes in `height` lines of `width` cells; none where that is too small."""
    if width < MIN_WIDTH or height < MIN_HEIGHT:
        return []
    glyphs = glyphs_for(marker)
    floor_lines = 2 if height >= (_RULE_FROM_WITH_SIGNS if signs else _RULE_FROM) else 1
    columns, rows = width - _GUTTER, height - floor_lines
    canvas = _raster(columns, rows, curves, marks=marks, x=x, y=y, marker=marker)
    gutter = _gutter(rows, y, glyphs)
    lines = [(*gutter[row], *canvas[row]) for row in range(rows)]
    return lines + _floor(columns, x, glyphs, signs, with_rule=floor_lines == 2)


def columns_for(width: int) -> int:
    """How many columns the canvas has in a chart of this width."""
    return max(0, width - _GUTTER)


CANVAS_FROM = _GUTTER
"""The first cell of the canvas in a line of a chart."""


def _raster(
    columns: int,
    rows: int,
    curves: Sequence[Curve],
    *,
    marks: Sequence[Marks],
    x: Axis,
    y: Axis,
    marker: Marker,
) -> list[Line]:
    figure = _new_figure(columns, rows)
    drawn = False
    for curve in curves:
        xs, ys = downsample(curve, columns, x, y)
        if not xs:
            continue
        dots = curve.dotted or curve.sparse
        if dots:
            xs, ys = dots_along(xs, ys, columns, rows, _DOTS_PER_CELL[marker], sparse=curve.sparse)
        sign: str = marker if marker != "ascii" else ("." if curve.sparse else "+" if curve.dotted else "*")
        signal = figure.signal(xs, ys, marker=plotext.marker(sign, _pixel(curve.tone)))
        if not dots and len(xs) > 1:
            signal.lines().density("full")
        figure.draw(signal)
        drawn = True
    for mark in marks:
        placed = [(x.place(at), y.place(value)) for at, value in zip(mark.x, mark.y, strict=True)]
        points = {
            (round(px * (columns - 1)), py): None for px, py in placed if px is not None and py is not None
        }
        if points:
            xs = [column / max(1, columns - 1) for column, _ in points]
            figure.draw(
                figure.signal(
                    xs, [py for _, py in points], marker=plotext.marker(mark.sign, _pixel(mark.tone))
                )
            )
            drawn = True
    if not drawn:
        return [((" " * columns, "plain"),) for _ in range(rows)]
    return _parse(figure.build().string(), rows)


def _gutter(rows: int, y: Axis, glyphs: Glyphs) -> list[Line]:
    room = _GUTTER - 2
    labels: dict[int, str] = {}
    for value, label in y.ticks:
        place = y.place(value)
        if place is not None and len(label) <= room + 1:
            labels.setdefault(round((1 - place) * (rows - 1)), label)
    lines: list[Line] = []
    for row in range(rows):
        found = labels.get(row)
        if found is None:
            lines.append(((" " * (_GUTTER - 1), "muted"), (glyphs.rule, "faint")))
        else:
            lines.append(((f"{found:>{room}} "[: _GUTTER - 1], "muted"), (glyphs.tick, "faint")))
    return lines


def _floor(
    columns: int, x: Axis, glyphs: Glyphs, signs: Sequence[FloorSign], *, with_rule: bool
) -> list[Line]:
    text = [" "] * (_GUTTER + columns)
    rule = [glyphs.floor] * columns
    taken = -1
    for value, label in x.ticks:
        place = x.place(value)
        if place is None:
            continue
        column = round(place * (columns - 1))
        start = min(max(_GUTTER + column - len(label) // 2, _GUTTER - 1), _GUTTER + columns - len(label))
        if start <= taken + 1:
            continue
        text[start : start + len(label)] = label
        taken = start + len(label)
        rule[column] = glyphs.floor_tick
    stand = _signs_by_column(columns, x, signs)
    if not with_rule:
        # between the labels, as far as there is room
        free = {_GUTTER + column: span for column, span in stand.items() if text[_GUTTER + column] == " "}
        return [_with_signs("".join(text), "muted", free)]
    ruled = _with_signs("".join(rule), "faint", stand)
    return [((" " * (_GUTTER - 1), "plain"), (glyphs.corner, "faint"), *ruled), (("".join(text), "muted"),)]


def _signs_by_column(columns: int, x: Axis, signs: Sequence[FloorSign]) -> dict[int, Span]:
    """The last sign of each column; where others of another tone lie under it, it has no tone of its own."""
    stand: dict[int, Span] = {}
    for one in signs:
        place = x.place(one.x)
        if place is not None:
            column = round(place * (columns - 1))
            tone = one.tone if stand.get(column, ("", one.tone))[1] == one.tone else "plain"
            stand[column] = (one.sign, tone)
    return stand


def _with_signs(text: str, tone: Tone, stand: dict[int, Span]) -> Line:
    spans: list[Span] = []
    after = 0
    for column in sorted(stand):
        if column > after:
            spans.append((text[after:column], tone))
        spans.append(stand[column])
        after = column + 1
    if after < len(text):
        spans.append((text[after:], tone))
    return tuple(spans)


def _new_figure(columns: int, rows: int) -> Any:
    # one figure each, and not plotext's global one, which is clamped to the real terminal's size
    terminal = type(plotext.terminal)()
    terminal.limit(False, False)
    figure = type(plotext.figure)(terminal)
    figure.plot_size(columns, rows)
    figure.theme("colorless")
    figure.canvas("default")
    figure.axes(False)
    figure.legend(False)
    for side in ("x", "y"):
        ruler = figure.ruler(side)
        ruler.frequency(0)
        ruler.lim(0, 1)
    return figure


@cache
def _pixel(tone: Tone) -> Any:
    return plotext.pixel(_COLOUR_BASE + TONES.index(tone))


def _parse(text: str, rows: int) -> list[Line]:
    lines: list[Line] = []
    for row in text.split("\n")[:rows]:
        spans: list[Span] = []
        tone: Tone = "plain"
        # text and codes alternate
        for index, piece in enumerate(_CODES.split(row)):
            if index % 2:
                tone = _tone_of(piece or "")
            elif piece:
                spans.append((piece, tone))
        lines.append(tuple(spans))
    lines.extend(() for _ in range(rows - len(lines)))
    return lines


def _tone_of(code: str) -> Tone:
    if not code.startswith("38;5;"):
        return "plain"
    index = int(code[5:]) - _COLOUR_BASE
    return TONES[index] if 0 <= index < len(TONES) else "plain"
