"""Axes of the page's charts: round ticks that lie within, whatever the numbers."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.export.axis import WIDEST_LABEL, count_axis, log_axis, number_axis, time_axis

NUMBERS = st.floats(-1e12, 1e12)


@given(NUMBERS, NUMBERS, st.integers(2, 9))
def test_a_number_axis_holds_its_numbers_and_few_ticks(one: float, other: float, ticks: int) -> None:
    low, high = min(one, other), max(one, other)
    axis = number_axis(low, high, ticks)
    slack = 1e-9 * max(abs(low), abs(high))
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= ticks + 3
    assert all(math.isfinite(tick) and len(label) <= WIDEST_LABEL for tick, label in axis.ticks)


@given(st.floats(1e-30, 1e30), st.floats(1.0, 1e12))
def test_a_log_axis_holds_its_numbers(low: float, times: float) -> None:
    axis = log_axis(low, low * times)
    assert axis.low <= math.log10(low) + 1e-9
    assert axis.high >= math.log10(low * times) - 1e-9
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 9
    assert all(axis.low <= tick <= axis.high for tick, _ in axis.ticks)


@given(st.floats(0.0, 1e8), st.integers(2, 9))
def test_a_time_axis_begins_with_the_run_and_has_few_ticks(end_s: float, ticks: int) -> None:
    axis = time_axis(end_s, ticks)
    assert axis.low == 0.0
    assert axis.high >= end_s
    assert 1 <= len(axis.ticks) <= ticks + 1
    assert len({label for _, label in axis.ticks}) == len(axis.ticks)


@given(st.floats(0.0, 1e12), st.integers(2, 9))
@example(7.0, 3)
def test_a_count_axis_has_whole_ticks(high: float, ticks: int) -> None:
    axis = count_axis(high, ticks)
    assert all(tick == round(tick) for tick, _ in axis.ticks)
    assert len(axis.ticks) <= ticks + 1


@pytest.mark.parametrize(
    ("end_s", "labels"),
    [
        (45.0, ["0:00", "0:10", "0:20", "0:30", "0:40"]),
        (1300.0, ["0:00", "5:00", "10:00", "15:00", "20:00"]),
        (9000.0, ["0:00", "30:00", "1:00:00", "1:30:00", "2:00:00", "2:30:00"]),
        (400_000.0, ["0:00", "1d", "2d", "3d", "4d"]),
    ],
)
def test_ticks_of_time_are_those_of_a_clock(end_s: float, labels: list[str]) -> None:
    assert [label for _, label in time_axis(end_s, 5).ticks] == labels


def test_ticks_of_a_logarithm_are_labelled_with_the_numbers() -> None:
    assert [label for _, label in log_axis(0.02, 3.0).ticks] == ["0.01", "0.1", "1", "10"]
    assert [label for _, label in log_axis(0.2, 3.0).ticks] == ["0.1", "0.2", "0.5", "1", "2", "5", "10"]
