"""Curves in bounded memory: nothing that stood out is lost."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from training.analysis.series import CAPACITY, KEPT_NEWEST, Series, SeriesView

values = st.floats(-1e12, 1e12)


@given(st.lists(values, max_size=400), st.integers(1, 40), st.integers(1, 20))
def test_bounded_ordered_and_no_extreme_is_lost(points: list[float], capacity: int, newest: int) -> None:
    series = Series(capacity, newest)
    for index, value in enumerate(points):
        series.append(float(index), value, step=10 * index)
        view = series.view()
        assert len(view) <= max(2, capacity) + newest + 1
        assert len(view.t) == len(view.step) == len(view.low) == len(view.high)
        assert min(view.low) == min(points[: index + 1])
        assert max(view.high) == max(points[: index + 1])
        assert view.t[-1] == float(index)
        assert view.step[-1] == 10 * index
    view = series.view()
    assert list(view.t) == sorted(view.t)
    last = tuple(float(index) for index in range(len(points)))[-newest:]
    assert view.t[len(view) - len(last) :] == last
    assert all(low <= high for low, high in zip(view.low, view.high, strict=True))


@given(st.lists(st.tuples(values, values, values), max_size=100))
def test_a_point_that_stands_for_several_keeps_their_range(points: list[tuple[float, float, float]]) -> None:
    series = Series(8)
    for index, three in enumerate(points):
        low, middle, high = sorted(three)
        series.append(float(index), middle, low=low, high=high)
    view = series.view()
    if points:
        assert min(view.low) == min(min(three) for three in points)
        assert max(view.high) == max(max(three) for three in points)


@given(st.lists(st.floats(), max_size=60))
def test_what_is_not_finite_is_left_out(points: list[float]) -> None:
    series = Series(8)
    for index, value in enumerate(points):
        series.append(float(index), value)
        series.append(value, 1.0) if not math.isfinite(value) else None
    view = series.view()
    assert all(math.isfinite(value) for column in (view.t, view.low, view.high) for value in column)
    finite = [value for value in points if math.isfinite(value)]
    assert (max(view.high) if finite else None) == (max(finite) if finite else None)


def test_buckets_grow_with_the_length_of_the_run() -> None:
    series = Series()
    for index in range(200_000):
        series.append(index * 0.1, 1.0 if index != 77_777 else 9.0, step=index)
    view = series.view()
    assert CAPACITY / 2 <= len(view) <= CAPACITY + KEPT_NEWEST + 1
    spike = view.high.index(9.0)
    assert view.step[spike - 1] < 77_777 <= view.step[spike]


def test_the_range_at_a_time_is_that_of_the_bucket_it_lies_in() -> None:
    view = SeriesView((1.0, 5.0, 9.0), (1, 5, 9), (0.0, 2.0, 4.0), (1.0, 3.0, 5.0))
    assert [view.at(t) for t in (0.9, 1.0, 1.1, 5.0, 9.0, 9.1)] == [
        None,
        (0.0, 1.0),
        (2.0, 3.0),
        (2.0, 3.0),
        (4.0, 5.0),
        None,
    ]
    assert SeriesView().at(1.0) is None


def test_the_newest_points_stay_as_they_came() -> None:
    series = Series(8, newest=5)
    for index in range(1000):
        series.append(float(index), float(index % 7), step=index)
    view = series.view()
    assert view.t[-5:] == (995.0, 996.0, 997.0, 998.0, 999.0)
    assert view.low[-5:] == view.high[-5:] == tuple(float(index % 7) for index in range(995, 1000))


def test_empty() -> None:
    assert len(Series().view()) == 0
