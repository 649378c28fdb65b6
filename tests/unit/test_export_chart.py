"""A chart as SVG: well-formed, without anything from elsewhere, whatever the points are."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.export.axis import Axis, number_axis, time_axis
from training.export.chart import Chart, Curve, Mark, Point, Size, svg

SIZE = Size(350, 190)
FINITE = st.floats(-1e9, 1e9)
POINTS = st.lists(st.tuples(st.floats(0.0, 5e4), FINITE), max_size=40)
MARKS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "out"]), st.floats(0.0, 5e4), st.floats(0.0, 60.0)), max_size=8
)


def _chart(points: list[Point], others: list[Point], marks: list[tuple[Mark, float, float]]) -> Chart:
    values = [y for _, y in (*points, *others)] or [0.0]
    return Chart(
        label='Loss <by> "time" & more',
        across=time_axis(max([x for x, _ in (*points, *others)], default=0.0), 4),
        upright=number_axis(min(values), max(values), 4),
        curves=[Curve("a", sorted(points)), Curve("others", sorted(others), dots=True)],
        marks=[(mark, begin, begin + lasts) for mark, begin, lasts in marks],
    )


@settings(max_examples=60, deadline=None)
@given(POINTS, POINTS, MARKS)
def test_it_is_drawn_whatever_the_points_are(
    points: list[Point], others: list[Point], marks: list[tuple[Mark, float, float]]
) -> None:
    drawn = svg(_chart(points, others, marks), SIZE)
    root = ElementTree.fromstring(drawn)
    assert root.attrib["aria-label"] == 'Loss <by> "time" & more'
    assert {node.tag for node in root.iter()} <= {"svg", "g", "rect", "path", "text", "circle"}
    assert {name for node in root.iter() for name in node.attrib} <= {
        "class", "role", "aria-label", "viewBox", "d", "x", "y", "cx", "cy", "r", "width", "height", "transform",
    }  # fmt: skip
    assert not re.search(r"nan|inf|None|http|url\(|style=", drawn)


def test_each_curve_and_each_mark_has_its_own_colour_and_order() -> None:
    chart = Chart(
        label="x",
        across=Axis(0.0, 10.0, ((0.0, "0"), (5.0, "5"))),
        upright=Axis(0.0, 1.0, ((0.0, "0"), (1.0, "1"))),
        curves=[
            Curve("b", [(0.0, 0.5), (9.0, 0.5)], [(0.0, 0.0), (9.0, 0.0), (9.0, 1.0), (0.0, 1.0)]),
            Curve("device", [(1.0, 0.5)], dots=True),
        ],
        marks=[("b", 2.0, 3.0), ("out", 4.0, 4.0)],
    )
    drawn = svg(chart, SIZE)
    classes = re.findall(r'<g class="series ([a-z-]+)">', drawn)
    assert classes[:4] == ["mark-b", "mark-out", "range-b", "curve-b"]
    assert "curve-device" in classes
    assert drawn.count("<circle") == 1


def test_charts_of_one_size_have_one_left_edge() -> None:
    edges = set()
    for low, high in ((0.0, 1.0), (0.00123, 0.00129), (0.0, 123_456.0), (-1e-30, 4e33)):
        chart = Chart(
            "x", time_axis(60.0, 4), number_axis(low, high, 4), [Curve("a", [(1.0, low), (2.0, high)])]
        )
        found = re.search(r'transform="translate\(([\d.]+),', svg(chart, SIZE))
        assert found is not None
        edges.add(found[1])
    assert len(edges) == 1


def test_no_importer_of_the_library_stays_behind() -> None:
    assert not [finder for finder in sys.meta_path if "pygal" in type(finder).__module__]


@pytest.mark.parametrize("size", [Size(900, 210), SIZE])
def test_numbers_are_short(size: Size) -> None:
    points = [(index / 7, index / 13) for index in range(400)]
    chart = Chart("x", time_axis(60.0, 4), number_axis(0.0, 31.0, 4), [Curve("a", points)])
    drawn = svg(chart, size)
    assert len(drawn) < 10_000
    assert not re.search(r"\d\.\d{2}", drawn)
