"""Curves thinned to what a canvas can show, with every spike kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.widgets.axis import Axis
from tui.widgets.spans import Tone


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve: parallel columns, ordered by `x`; `low`..`high` is the range at each place."""

    x: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    tone: Tone
    dotted: bool = False
    """Drawn as dashes instead of a line, so that two curves differ without colour."""
    sparse: bool = False
    """Drawn as single dots far apart: a third kind, for what is no lane's."""


def downsample(curve: Curve, columns: int, x: Axis, y: Axis) -> tuple[list[float], list[float]]:
    """At most two points per column, the lowest and the highest in the order they came; placed in 0..1."""
    low_x, span = x.low, x.high - x.low
    if span <= 0:
        return [], []
    scale = (columns - 1) / span
    lows: dict[int, tuple[float, float]] = {}
    highs: dict[int, tuple[float, float]] = {}
    for at, low, high in zip(curve.x, curve.low, curve.high, strict=False):
        offset = (at - low_x) * scale
        if not -0.5 <= offset <= columns - 0.5:  # also false for NaN
            continue
        column = int(offset + 0.5)
        held = lows.get(column)
        if held is None or low < held[1]:
            lows[column] = (at, low)
        held = highs.get(column)
        if held is None or high > held[1]:
            highs[column] = (at, high)
    xs: list[float] = []
    ys: list[float] = []
    for column, bottom in lows.items():
        top = highs[column]
        for at, value in (bottom, top) if bottom[0] <= top[0] else (top, bottom):
            px, py = x.place(at), y.place(value)
            if px is None or py is None or (ys and xs[-1] == px and ys[-1] == py):
                continue
            xs.append(px)
            ys.append(py)
    return xs, ys


def dots_along(
    xs: list[float], ys: list[float], columns: int, rows: int, dots_per_cell: int, *, sparse: bool = False
) -> tuple[list[float], list[float]]:
    """Dashes, or single dots, along the curve's middle, and with them the points that stand out by a row."""
    middle_x: list[float] = []
    middle_y: list[float] = []
    out_x: list[float] = []
    out_y: list[float] = []
    start = 0
    while start < len(xs):
        column = round(xs[start] * (columns - 1))
        end = start
        while end < len(xs) and round(xs[end] * (columns - 1)) == column:
            end += 1
        middle = sum(ys[start:end]) / (end - start)
        middle_x.append(sum(xs[start:end]) / (end - start))
        middle_y.append(middle)
        for index in range(start, end):
            if abs(ys[index] - middle) > 1 / rows:
                out_x.append(xs[index])
                out_y.append(ys[index])
        start = end
    dots = columns * dots_per_cell
    at = 0
    for dot in range(dots):
        # two cells drawn, two free: a curve underneath shows between the dashes
        if dot % (2 * dots_per_cell) if sparse else dot // dots_per_cell % 4 > 1:
            continue
        place = dot / max(1, dots - 1)
        if not middle_x[0] <= place <= middle_x[-1]:
            continue
        while at + 1 < len(middle_x) and middle_x[at + 1] < place:
            at += 1
        right = min(at + 1, len(middle_x) - 1)
        gap = middle_x[right] - middle_x[at]
        share = (place - middle_x[at]) / gap if gap > 0 else 0.0
        out_x.append(place)
        out_y.append(min(1.0, max(0.0, middle_y[at] + (middle_y[right] - middle_y[at]) * share)))
    out_x.append(middle_x[-1])
    out_y.append(middle_y[-1])
    return out_x, out_y
