"""One view of time for every panel: zoomed in and out, with a cursor, following or not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.axis import time_axis
from tui.widgets.time_view import SPANS_S, TimeView

HOUR_S = 3600.0


def test_at_first_the_whole_run_is_in_sight() -> None:
    assert TimeView().axis(HOUR_S, 6) == time_axis(HOUR_S, 6)
    assert TimeView().follows


def test_each_zoom_shows_less_and_the_way_back_ends_at_the_whole() -> None:
    views = [TimeView()]
    while (after := views[-1].zoomed(1, HOUR_S)) != views[-1]:
        views.append(after)
    assert [view.span_s for view in views[1:]] == [span_s for span_s in reversed(SPANS_S) if span_s < HOUR_S]
    back = [views[-1]]
    while (after := back[-1].zoomed(-1, HOUR_S)) != back[-1]:
        back.append(after)
    assert back == views[::-1]


@pytest.mark.parametrize("elapsed_s", [0.0, 3.0, SPANS_S[0]])
def test_a_run_that_is_short_is_not_zoomed(elapsed_s: float) -> None:
    assert TimeView().zoomed(1, elapsed_s) == TimeView()
    assert TimeView().zoomed(-1, elapsed_s) == TimeView()


def test_the_window_follows_the_run_in_leaps() -> None:
    view = TimeView(60.0)
    axes = [view.axis(float(second), 6) for second in range(600, 660)]
    assert all(axis.low <= second - 60 and axis.high >= second for second, axis in enumerate(axes, 600))
    assert len({(axis.low, axis.high) for axis in axes}) <= 7
    assert all(60 <= axis.high - axis.low <= 80 for axis in axes)


def test_the_cursor_begins_now_and_holds_the_window_where_it_is() -> None:
    view = TimeView(60.0).moved(-1, 600.0)
    assert (view.cursor_s, view.until_s, view.follows) == (599.0, 600.0, False)
    assert view.axis(700.0, 6) == view.axis(600.0, 6)
    assert view.followed() == TimeView(60.0)


def test_the_window_goes_with_a_cursor_that_leaves_it_and_zooms_around_it() -> None:
    view = TimeView(60.0)
    for _ in range(100):
        view = view.moved(-1, 600.0)
    assert view.cursor_s == 500.0
    assert view.axis(600.0, 6).holds(500.0)
    assert view.until_s is not None
    assert view.until_s < 600.0
    closer = view.zoomed(1, 600.0)
    assert closer.span_s == 30.0
    assert closer.until_s == 515.0


@given(
    elapsed_s=st.floats(0, 1e7),
    keys=st.lists(st.sampled_from(["+", "-", "left", "right", "space"]), max_size=60),
    ticks=st.integers(2, 20),
)
def test_whatever_is_pressed_the_cursor_is_in_sight_and_the_axis_ascends(
    elapsed_s: float, keys: list[str], ticks: int
) -> None:
    view = TimeView()
    for key in keys:
        view = _pressed(view, key, elapsed_s)
        axis = view.axis(elapsed_s, ticks)
        assert 0 <= axis.low < axis.high
        assert all(before[0] < after[0] for before, after in pairwise(axis.ticks))
        if view.cursor_s is not None:
            assert 0 <= view.cursor_s <= elapsed_s
            assert axis.holds(view.cursor_s)
        else:
            assert axis.high >= min(elapsed_s, 1e9) * (1 - 1e-6)


def _pressed(view: TimeView, key: str, elapsed_s: float) -> TimeView:
    match key:
        case "+":
            return view.zoomed(1, elapsed_s)
        case "-":
            return view.zoomed(-1, elapsed_s)
        case "left":
            return view.moved(-1, elapsed_s)
        case "right":
            return view.moved(1, elapsed_s)
        case _:
            return view.followed()
