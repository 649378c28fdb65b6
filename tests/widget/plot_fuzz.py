"""Draws random curves, among them all that kills plotext. Run by `test_plot_fuzz` in a process of its own.

Arguments: the seed and how many pictures. Prints how many were drawn.
"""

from __future__ import annotations

import math
import random
import sys

from rich.cells import cell_len

from tui.widgets.axis import SteadyAxis, log_axis, nice_axis, step_axis, time_axis
from tui.widgets.glyphs import Marker
from tui.widgets.plot import Marks, draw_curves
from tui.widgets.sampling import Curve

ODD = (math.nan, math.inf, -math.inf, 0.0, -1.0, 1e300, -1e300, 1.7e308, 5e-324, 1e-300, 1e14, 1.0)
SIZES = (0, 1, 3, 4, 7, 8, 15, 16, 17, 40, 80, 160)
MARKERS: tuple[Marker, ...] = ("braille", "hd", "ascii")


def number(chance: random.Random) -> float:
    """Any float: ordinary, tiny, huge, or none at all."""
    if chance.random() < 0.1:
        return chance.choice(ODD)
    return chance.choice((1, -1)) * 10 ** chance.uniform(-14, 14) * chance.random()


def values(chance: random.Random, points: int) -> list[float]:
    """A column: constant, smooth, or wild."""
    kind = chance.random()
    if kind < 0.2:
        return [number(chance)] * points
    if kind < 0.5:
        start = chance.uniform(0.1, 5)
        return [start * math.exp(-index / 20) for index in range(points)]
    return [number(chance) for _ in range(points)]


def picture(chance: random.Random, steady: SteadyAxis) -> None:
    """Draw one picture and hold it to its size."""
    width, height, log = chance.choice(SIZES), chance.choice(SIZES), chance.random() < 0.5
    curves = []
    for tone in ("a", "b"):
        points = chance.choice((0, 1, 2, 3, 50, 500))
        high = values(chance, points)
        low = high if chance.random() < 0.5 else values(chance, points)
        x = (
            sorted(values(chance, points))
            if chance.random() < 0.3
            else [float(index) for index in range(points)]
        )
        curves.append(Curve(x, low, high, "a" if tone == "a" else "b", dotted=tone == "b"))
    ends = [number(chance), number(chance)]
    finite = [end if math.isfinite(end) else 1.0 for end in ends]
    bottom, top = min(finite), max(finite)
    kind = chance.random()
    if kind < 0.3:
        y = steady.around(bottom, top, log=log, ticks=chance.randint(1, 8))
    else:
        y = log_axis(bottom, top) if log else nice_axis(bottom, top)
    x_axis = time_axis(abs(finite[0])) if chance.random() < 0.5 else step_axis(abs(finite[1]), 100)
    marks = [Marks(values(chance, 5), values(chance, 5), "a", "◆")]
    marker = chance.choice(MARKERS)
    lines = draw_curves(width, height, curves, x=x_axis, y=y, marks=marks, marker=marker)
    assert len(lines) == (height if width >= 16 and height >= 4 else 0), (width, height, len(lines))
    for drawn in lines:
        assert sum(cell_len(text) for text, _ in drawn) <= width, (width, drawn)
        assert all(text.isprintable() for text, _ in drawn), drawn


def main() -> None:
    """Draw them all."""
    chance, steady = random.Random(int(sys.argv[1])), SteadyAxis()
    wanted = int(sys.argv[2])
    for _ in range(wanted):
        picture(chance, steady)
    print(wanted)


if __name__ == "__main__":
    main()
