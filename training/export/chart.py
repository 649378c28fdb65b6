"""One chart as SVG that stands inside a page: no style, script or reference of its own, its colours the page's.

The only file that knows pygal.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import pygal
from pygal.style import Style

from training.export.axis import WIDEST_LABEL, Axis

# pygal adds an importer of map plugins, of a kind that makes Python warn of every import that fails; none are used.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

Point = tuple[float, float]
CurveName = Literal["a", "b", "device", "others"]
"""Its colour on the page."""
Mark = Literal["a", "b", "out"]
"""Who was timed alone; "out" where that does not count."""

_MARKS: tuple[Mark, ...] = ("a", "b", "out")
_KEPT = frozenset({"class", "d", "x", "y", "cx", "cy", "r", "width", "height", "transform"})
_DROPPED = frozenset({"defs", "title", "desc", "script", "style", "a", "image", "use", "foreignObject"})
_LONG_NUMBER = re.compile(r"-?\d+\.\d+")
_SERIES = re.compile(r"\bserie-(\d+)\b.*")


@dataclass(frozen=True, slots=True)
class Curve:
    """A line through its points, and around it the outline of the range that they stand for."""

    name: CurveName
    points: Sequence[Point]
    outline: Sequence[Point] = ()
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw: curves over one axis, and spans of it that are marked."""

    label: str
    """What it shows, for those who hear the page."""
    across: Axis
    upright: Axis
    curves: Sequence[Curve]
    marks: Sequence[tuple[Mark, float, float]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Size:
    """In CSS pixels; text keeps its size, whatever the chart's."""

    width: int
    height: int


def svg(chart: Chart, size: Size) -> str:
    """Draw the chart."""
    names = [f"mark-{mark}" for mark in _MARKS]
    drawn = pygal.XY(
        width=size.width,
        height=size.height,
        style=Style(label_font_size=11, major_label_font_size=11),
        css=[],
        js=[],
        margin=6,
        spacing=6,
        show_legend=False,
        show_dots=False,
        allow_interruptions=True,
        xrange=(chart.across.low, chart.across.high),
        range=(chart.upright.low, chart.upright.high),
        x_labels=[{"value": tick, "label": label} for tick, label in chart.across.ticks],
        y_labels=[{"value": tick, "label": _filled(label)} for tick, label in chart.upright.ticks],
    )
    for mark in _MARKS:
        drawn.add(None, list(_boxes(chart, mark)))
    for curve in chart.curves:
        names += [f"range-{curve.name}", f"curve-{curve.name}"]
        drawn.add(None, list(curve.outline))
        drawn.add(None, list(curve.points), show_dots=curve.dots, dots_size=3)
    inside = "".join(_markup(node, names) for node in drawn.render_tree())
    return (
        f'<svg class="chart" role="img" aria-label="{escape(chart.label)}" '
        f'viewBox="0 0 {size.width} {size.height}">{inside}</svg>'
    )


def _boxes(chart: Chart, wanted: Mark) -> Iterator[Point | None]:
    low, high = chart.upright.low, chart.upright.high
    for mark, begin, end in chart.marks:
        if mark == wanted:
            yield from ((begin, low), (begin, high), (end, high), (end, low))
            yield None


def _filled(label: str) -> str:
    """To one length, so that charts under each other align; with blanks that no renderer drops."""
    return label.rjust(WIDEST_LABEL, "\u00a0")


def _markup(node: Any, names: Sequence[str]) -> str:
    """What pygal drew, without all that is not drawn."""
    if not isinstance(node.tag, str) or (tag := node.tag.rpartition("}")[2]) in _DROPPED:
        return ""
    inside = escape(node.text or "") + "".join(_markup(child, names) for child in node)
    if tag == "g" and not inside:
        return ""
    kept = {name: value for name, value in node.attrib.items() if name in _KEPT}
    if "class" in kept:
        kept["class"] = _SERIES.sub(lambda found: names[int(found[1])], kept["class"]).strip()
    told = "".join(f' {name}="{escape(_short(value))}"' for name, value in kept.items() if value)
    return f"<{tag}{told}>{inside}</{tag}>" if inside else f"<{tag}{told}/>"


def _short(value: str) -> str:
    return _LONG_NUMBER.sub(lambda found: f"{float(found[0]):.1f}", value)
