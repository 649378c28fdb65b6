"""Charts as text: size, spikes, marks, signs."""

from __future__ import annotations

import pytest

from tui.widgets.axis import nice_axis, step_axis
from tui.widgets.glyphs import Marker
from tui.widgets.plot import FloorSign, Marks, draw_curves
from tui.widgets.sampling import Curve, downsample
from tui.widgets.spans import Line

FLAT = [0.5] * 1000
STEPS = list(range(1000))


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def drawn(curves: list[Curve], marks: list[Marks] | None = None, marker: Marker = "braille") -> list[Line]:
    return draw_curves(60, 12, curves, x=step_axis(999), y=nice_axis(0, 2), marks=marks or [], marker=marker)


@pytest.mark.parametrize(("width", "height"), [(0, 0), (15, 10), (80, 3)])
def test_where_there_is_no_room_nothing_is_drawn(width: int, height: int) -> None:
    assert draw_curves(width, height, [], x=step_axis(10), y=nice_axis(0, 1)) == []


def test_a_spike_of_one_step_stays_visible() -> None:
    high = [*FLAT[:700], 1.9, *FLAT[701:]]
    for dotted in (False, True):
        top = text_of(drawn([Curve(STEPS, FLAT, high, "a", dotted)]))[:2]
        assert any("⠀" < sign <= "⣿" for row in top for sign in row)


def test_at_most_two_points_per_column() -> None:
    xs, ys = downsample(Curve(STEPS, FLAT, [1.0] * 1000, "a"), 50, step_axis(999), nice_axis(0, 2))
    assert len(xs) == len(ys) <= 100
    assert xs == sorted(xs)


def test_the_lanes_differ_without_colour() -> None:
    solid = text_of(drawn([Curve(STEPS, FLAT, FLAT, "a")]))
    dotted = text_of(drawn([Curve(STEPS, FLAT, FLAT, "b", dotted=True)]))
    assert solid != dotted
    sparse = text_of(drawn([Curve(STEPS, FLAT, FLAT, "others", sparse=True)]))
    assert len({*map(tuple, (solid, dotted, sparse))}) == 3


def test_validation_points_lie_over_the_curve_in_the_lane_s_tone() -> None:
    lines = drawn([Curve(STEPS, FLAT, FLAT, "a")], [Marks([500], [0.5], "b", "◇")])
    assert ("◇", "b") in [span for line in lines for span in line]


def test_ascii_is_ascii() -> None:
    lines = drawn(
        [Curve(STEPS, FLAT, FLAT, "a"), Curve(STEPS, FLAT, FLAT, "b", dotted=True)],
        [Marks([1], [1.0], "a", "A")],
        marker="ascii",
    )
    assert all(row.isascii() for row in text_of(lines))


def test_what_is_not_finite_leaves_a_gap_and_no_more() -> None:
    broken = [float("nan") if 300 <= step < 600 else 0.5 for step in STEPS]
    rows = text_of(drawn([Curve(STEPS, broken, broken, "a")]))
    assert len(rows) == 12


def test_the_picture_stands_still_while_points_come_at_its_end() -> None:
    before = drawn([Curve(STEPS[:800], FLAT[:800], FLAT[:800], "a")])
    after = drawn([Curve(STEPS[:810], FLAT[:810], FLAT[:810], "a")])
    assert sum(old != new for old, new in zip(before, after, strict=True)) <= 1


def _signed(height: int, *signs: FloorSign) -> list[Line]:
    curve = Curve(STEPS, FLAT, FLAT, "a")
    return draw_curves(60, height, [curve], x=step_axis(999), y=nice_axis(0, 2), signs=signs)


def test_signs_stand_on_the_x_axis_and_leave_the_curves_alone() -> None:
    signs = (FloorSign(100, "▲", "a"), FloorSign(900, "△", "b"))
    bare, signed = _signed(12), _signed(12, *signs)
    assert text_of(bare[:10]) == text_of(signed[:10])
    rule = text_of(signed)[10]
    assert (rule.index("▲"), rule.index("△")) == (8 + 5, 8 + 46)
    assert ("▲", "a") in signed[10]
    assert ("△", "b") in signed[10]
    assert bare[11] == signed[11]


def test_in_a_low_chart_signs_stand_between_the_labels() -> None:
    (labels,) = text_of(_signed(5, FloorSign(100, "▲", "a"), FloorSign(0, "△", "b")))[4:]
    assert labels[8] == "0"
    assert labels[8 + 5] == "▲"
    assert "└" in text_of(_signed(6, FloorSign(100, "▲", "a")))[4]


def test_signs_of_two_lanes_in_one_column_are_of_neither_s_colour() -> None:
    lines = _signed(12, FloorSign(500, "▲", "a"), FloorSign(501, "△", "b"))
    assert ("△", "plain") in lines[10]
