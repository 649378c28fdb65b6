"""Axes: round, holding the data, and steady."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tui.widgets.axis import SteadyAxis, bytes_axis, log_axis, nice_axis, step_axis, time_axis

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite, st.integers(1, 10))
def test_a_nice_axis_holds_its_data_as_far_as_floats_can_be_told_apart(
    a: float, b: float, ticks: int
) -> None:
    axis = nice_axis(min(a, b), max(a, b), ticks)
    assert axis.low < axis.high
    assert len(axis.ticks) <= ticks + 3
    for value in (a, b):
        place = axis.place(value)
        assert place is not None
        assert 0 <= place <= 1


@given(st.floats(min_value=1e-320, allow_infinity=False), st.floats(min_value=1e-320, allow_infinity=False))
def test_a_logarithmic_axis_holds_its_data(a: float, b: float) -> None:
    axis = log_axis(min(a, b), max(a, b))
    assert 0 < axis.low < axis.high
    assert axis.place(a) is not None
    assert axis.place(0.0) is None
    assert axis.place(-1.0) is None


def test_labels_are_short_and_round() -> None:
    assert [label for _, label in nice_axis(0.02, 1.9).ticks] == ["0", "0.5", "1.0", "1.5", "2.0"]
    assert [label for _, label in log_axis(0.1, 2).ticks] == ["0.1", "0.2", "0.5", "1", "2"]
    assert [label for _, label in log_axis(1e-6, 1).ticks] == ["1e-6", "1e-4", "0.01", "1"]
    assert [label for _, label in time_axis(66).ticks][:3] == ["0:00", "0:15", "0:30"]
    assert [label for _, label in step_axis(1200).ticks][:3] == ["0", "200", "400"]
    assert [label for _, label in bytes_axis(8 * 2**30).ticks] == ["0", "2 GiB", "4 GiB", "6 GiB", "8 GiB"]


def test_the_step_axis_ends_where_the_plan_ends() -> None:
    assert step_axis(2390, 2400).high == 2400
    assert step_axis(100, 1_000_000).high < 1000


def test_the_axis_stays_while_the_data_fits_and_moves_in_leaps() -> None:
    steady = SteadyAxis()
    seen = {steady.around(0.1 + noise / 100, 2.0 - noise / 100, log=False, ticks=4) for noise in range(20)}
    assert len(seen) == 1
    assert steady.around(0.1, 20.0, log=False, ticks=4) not in seen
    assert steady.around(0.1, 20.0, log=True, ticks=4).log


def test_the_axis_follows_when_the_data_has_shrunk() -> None:
    steady = SteadyAxis()
    wide = steady.around(0.0, 100.0, log=False, ticks=4)
    assert steady.around(0.0, 2.0, log=False, ticks=4) != wide


def test_the_time_axis_of_a_long_run_has_few_ticks() -> None:
    for hours in (1, 24, 24 * 60):
        axis = time_axis(hours * 3600.0)
        assert len(axis.ticks) <= 8
        assert axis.high >= hours * 3600
    assert math.isfinite(time_axis(1e300).high)
