"""Evening a curve out: a weighted mean that looks back only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.smoothing import smoothed

VALUES = st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50)


@given(VALUES, st.floats(1e-3, 1e6))
def test_stays_within_what_came_so_far(values: list[float], half_life: float) -> None:
    even = smoothed([float(index) for index in range(len(values))], values, half_life)
    assert len(even) == len(values)
    for index, value in enumerate(even):
        low, high = min(values[: index + 1]), max(values[: index + 1])
        slack = 1e-6 * max(1.0, abs(low), abs(high))
        assert low - slack <= value <= high + slack


@given(st.floats(-1e6, 1e6), st.integers(1, 40), st.floats(0.1, 100))
def test_leaves_a_flat_line_alone(value: float, points: int, half_life: float) -> None:
    even = smoothed([float(index) for index in range(points)], [value] * points, half_life)
    assert even == pytest.approx([value] * points, abs=1e-6)


def test_a_value_weighs_half_after_a_half_life() -> None:
    assert smoothed([0.0, 10.0], [0.0, 3.0], 10.0) == [0.0, pytest.approx(2.0)]


def test_weights_go_by_distance_and_not_by_count() -> None:
    near = smoothed([0.0, 0.1], [0.0, 1.0], 10.0)[-1]
    far = smoothed([0.0, 100.0], [0.0, 1.0], 10.0)[-1]
    assert near == pytest.approx(0.5, abs=0.01)
    assert far == pytest.approx(1.0, abs=0.01)


def test_of_nothing_is_nothing() -> None:
    assert smoothed([], [], 1.0) == []
