"""The definitions of contention hold what they promise, for any two lanes."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from training.analysis.progress import (
    LaneTimes,
    antt,
    fairness,
    makespan_s,
    sequential_s,
    speedup,
    stp,
)
from training.plan import LANES, Lane

SECONDS = st.floats(0.01, 1e6)
SLOWDOWNS = st.floats(0.2, 50.0)
FELT = st.floats(1.0, 50.0)
"""Slowdowns of lanes that the other does not speed up."""


def pair(a_s: float, b_s: float, a_slowdown: float, b_slowdown: float) -> dict[Lane, LaneTimes]:
    return {"a": LaneTimes(a_s, a_s * a_slowdown), "b": LaneTimes(b_s, b_s * b_slowdown)}


def swapped(of: dict[Lane, LaneTimes]) -> dict[Lane, LaneTimes]:
    return {"a": of["b"], "b": of["a"]}


PAIRS = st.builds(pair, SECONDS, SECONDS, SLOWDOWNS, SLOWDOWNS)
HINDERED = st.builds(pair, SECONDS, SECONDS, FELT, FELT)
ALL_FIGURES = (stp, antt, fairness, speedup, makespan_s, sequential_s)
RATIOS = (stp, antt, fairness, speedup)


def first_ends_s(of: dict[Lane, LaneTimes]) -> float:
    return min(of[lane].shared_s for lane in LANES)


def test_no_interference_doubles_the_throughput() -> None:
    free = pair(100.0, 100.0, 1.0, 1.0)
    assert [figure(free) for figure in RATIOS] == [2.0, 1.0, 1.0, 2.0]
    assert makespan_s(free) == 100.0


def test_taking_turns_fairly_gains_nothing() -> None:
    turns = pair(100.0, 100.0, 2.0, 2.0)
    assert [figure(turns) for figure in RATIOS] == [1.0, 2.0, 1.0, 1.0]
    assert makespan_s(turns) == sequential_s(turns) == 200.0


def test_a_known_pair() -> None:
    """Both until a ends at 20 s; b has then done half of its 20 s and goes on alone."""
    of: dict[Lane, LaneTimes] = {"a": LaneTimes(10.0, 20.0), "b": LaneTimes(20.0, 40.0)}
    assert makespan_s(of) == 30.0
    assert speedup(of) == 1.0
    faster: dict[Lane, LaneTimes] = {"a": LaneTimes(10.0, 16.0), "b": LaneTimes(20.0, 20.0)}
    assert stp(faster) == pytest.approx(1.625)
    assert antt(faster) == pytest.approx(1.3)
    assert fairness(faster) == pytest.approx(0.625)
    assert makespan_s(faster) == pytest.approx(20.0)
    assert speedup(faster) == pytest.approx(1.5)


@given(a_s=SECONDS, b_s=SECONDS)
def test_without_interference_only_the_longer_one_counts(a_s: float, b_s: float) -> None:
    free = pair(a_s, b_s, 1.0, 1.0)
    assert stp(free) == 2.0
    assert antt(free) == fairness(free) == 1.0
    assert makespan_s(free) == pytest.approx(max(a_s, b_s))
    assert speedup(free) == pytest.approx((a_s + b_s) / max(a_s, b_s))


@given(a_s=SECONDS, b_s=SECONDS, share=st.floats(0.02, 0.98))
def test_taking_turns_in_any_shares_takes_as_long_as_one_after_the_other(
    a_s: float, b_s: float, share: float
) -> None:
    turns = pair(a_s, b_s, 1 / share, 1 / (1 - share))
    assert stp(turns) == pytest.approx(1.0)
    assert speedup(turns) == pytest.approx(1.0)
    assert antt(turns) >= 2.0 - 1e-9


@given(of=PAIRS)
def test_which_lane_is_called_a_makes_no_difference(of: dict[Lane, LaneTimes]) -> None:
    for figure in ALL_FIGURES:
        assert figure(swapped(of)) == pytest.approx(figure(of), rel=1e-12)


@given(of=PAIRS, factor=st.floats(1e-3, 1e3))
def test_ratios_are_of_no_unit(of: dict[Lane, LaneTimes], factor: float) -> None:
    scaled = {lane: LaneTimes(one.alone_s * factor, one.shared_s * factor) for lane, one in of.items()}
    for figure in RATIOS:
        assert figure(scaled) == pytest.approx(figure(of))
    assert makespan_s(scaled) == pytest.approx(factor * makespan_s(of))


@given(of=PAIRS, factor=st.floats(1e-3, 1e3))
def test_throughput_does_not_depend_on_how_long_a_lane_is(of: dict[Lane, LaneTimes], factor: float) -> None:
    one = of["a"]
    longer = {**of, "a": LaneTimes(one.alone_s * factor, one.shared_s * factor)}
    for figure in (stp, antt, fairness):
        assert figure(longer) == pytest.approx(figure(of))


@given(of=HINDERED)
def test_bounds_where_no_lane_gains_speed(of: dict[Lane, LaneTimes]) -> None:
    assert 0 < stp(of) <= 2
    assert antt(of) >= 1
    assert 0 < fairness(of) <= 1
    assert 0 < speedup(of) <= 2 * (1 + 1e-9)
    least_s, most_s = max(one.alone_s for one in of.values()), max(one.shared_s for one in of.values())
    assert least_s * (1 - 1e-9) <= makespan_s(of) <= most_s * (1 + 1e-9)


@given(of=PAIRS)
def test_bounds_that_always_hold(of: dict[Lane, LaneTimes]) -> None:
    assert 0 < fairness(of) <= 1
    assert antt(of) * stp(of) >= 2 - 1e-9  # the harmonic mean is at most the arithmetic
    assert makespan_s(of) >= first_ends_s(of) * (1 - 1e-9)
    assert all(math.isfinite(figure(of)) and figure(of) > 0 for figure in ALL_FIGURES)


@given(of=PAIRS)
def test_speed_up_is_what_throughput_gains_while_both_train(of: dict[Lane, LaneTimes]) -> None:
    """What is done in the time of both is `stp` times that time; the rest goes on alone, as it would have."""
    both_share = first_ends_s(of) / makespan_s(of)
    assert speedup(of) - 1 == pytest.approx(both_share * (stp(of) - 1), abs=1e-9)


@given(of=PAIRS)
def test_together_is_faster_exactly_where_throughput_is_above_one(of: dict[Lane, LaneTimes]) -> None:
    """For lanes of any lengths: they decide how much is gained or lost, never whether."""
    assume(abs(stp(of) - 1) > 1e-9 and first_ends_s(of) > 1e-6 * makespan_s(of))
    assert (speedup(of) > 1) == (stp(of) > 1)


@given(of=PAIRS)
def test_speed_up_lies_between_one_and_throughput(of: dict[Lane, LaneTimes]) -> None:
    low, high = sorted((1.0, stp(of)))
    assert low * (1 - 1e-9) <= speedup(of) <= high * (1 + 1e-9)


@given(seconds=SECONDS, a_slowdown=SLOWDOWNS, b_slowdown=SLOWDOWNS)
def test_lanes_that_end_together_are_sped_up_by_their_throughput(
    seconds: float, a_slowdown: float, b_slowdown: float
) -> None:
    of: dict[Lane, LaneTimes] = {
        "a": LaneTimes(seconds / a_slowdown, seconds),
        "b": LaneTimes(seconds / b_slowdown, seconds),
    }
    assert speedup(of) == pytest.approx(stp(of))
    assert makespan_s(of) == pytest.approx(seconds)


@given(of=HINDERED, more=st.floats(1.0, 20.0))
def test_more_interference_is_never_better(of: dict[Lane, LaneTimes], more: float) -> None:
    one = of["a"]
    worse = {**of, "a": LaneTimes(one.alone_s, one.shared_s * more)}
    assert stp(worse) <= stp(of)
    assert antt(worse) >= antt(of)
    assert speedup(worse) <= speedup(of) * (1 + 1e-9)
