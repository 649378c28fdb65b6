"""Intervals: as Student's t gives them, never from fewer than three, and right as often as they say."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.interval import FEWEST, ratio_estimate, t_quantile_975

RATIOS = st.floats(0.05, 20.0)


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [(1, 12.706), (2, 4.303), (4, 2.776), (10, 2.228), (30, 2.042), (40, 2.021), (60, 2.000), (120, 1.980)],
)
def test_quantiles_are_the_tables(degrees: int, expected: float) -> None:
    assert t_quantile_975(degrees) == pytest.approx(expected, abs=6e-4)


def test_quantiles_fall_to_the_normal_one() -> None:
    quantiles = [t_quantile_975(degrees) for degrees in range(1, 500)]
    assert quantiles == sorted(quantiles, reverse=True)
    assert quantiles[-1] == pytest.approx(1.96, abs=0.01)


def test_a_known_interval() -> None:
    """Logs 0, 0.1, 0.2: mean 0.1, deviation 0.1, half width 4.303 · 0.1 / √3."""
    estimate = ratio_estimate([math.exp(log) for log in (0.0, 0.1, 0.2)])
    assert estimate is not None
    assert estimate.interval is not None
    half = 4.3027 * 0.1 / math.sqrt(3)
    assert estimate.value == pytest.approx(math.exp(0.1))
    assert estimate.interval == pytest.approx((math.exp(0.1 - half), math.exp(0.1 + half)))
    assert estimate.count == 3


def test_nothing_is_said_of_nothing() -> None:
    assert ratio_estimate([]) is None


@given(ratios=st.lists(RATIOS, min_size=1, max_size=40))
def test_no_interval_from_fewer_than_three(ratios: list[float]) -> None:
    estimate = ratio_estimate(ratios)
    assert estimate is not None
    assert (estimate.interval is None) == (len(ratios) < FEWEST)
    assert min(ratios) * (1 - 1e-9) <= estimate.value <= max(ratios) * (1 + 1e-9)
    if estimate.interval is not None:
        assert estimate.interval[0] <= estimate.value * (1 + 1e-12)
        assert estimate.interval[1] >= estimate.value * (1 - 1e-12)


@given(ratio=RATIOS, count=st.integers(3, 40))
def test_equal_measurements_leave_no_doubt(ratio: float, count: int) -> None:
    estimate = ratio_estimate([ratio] * count)
    assert estimate is not None
    assert estimate.interval == pytest.approx((ratio, ratio))


@given(ratios=st.lists(RATIOS, min_size=3, max_size=20), data=st.data())
def test_order_makes_no_difference(ratios: list[float], data: st.DataObject) -> None:
    one, other = ratio_estimate(ratios), ratio_estimate(data.draw(st.permutations(ratios)))
    assert one is not None
    assert other is not None
    assert other.value == pytest.approx(one.value)
    assert other.interval == pytest.approx(one.interval)


@given(ratios=st.lists(RATIOS, min_size=3, max_size=20), factor=st.floats(0.01, 100.0))
def test_a_factor_moves_the_whole_interval(ratios: list[float], factor: float) -> None:
    one, scaled = ratio_estimate(ratios), ratio_estimate([ratio * factor for ratio in ratios])
    assert one is not None
    assert scaled is not None
    assert one.interval is not None
    assert scaled.interval == pytest.approx((one.interval[0] * factor, one.interval[1] * factor))


@given(ratios=st.lists(RATIOS, min_size=3, max_size=20))
def test_upside_down_is_upside_down(ratios: list[float]) -> None:
    """Together over turns says the same as turns over together."""
    one, inverse = ratio_estimate(ratios), ratio_estimate([1 / ratio for ratio in ratios])
    assert one is not None
    assert inverse is not None
    assert one.interval is not None
    assert inverse.interval == pytest.approx((1 / one.interval[1], 1 / one.interval[0]))


@pytest.mark.parametrize("count", [3, 4, 8, 35])
def test_holds_the_true_ratio_nineteen_times_in_twenty(count: int) -> None:
    chance = random.Random(count)
    tries, hits = 2000, 0
    for _ in range(tries):
        estimate = ratio_estimate([math.exp(chance.gauss(math.log(1.3), 0.1)) for _ in range(count)])
        assert estimate is not None
        assert estimate.interval is not None
        hits += estimate.interval[0] <= 1.3 <= estimate.interval[1]
    assert hits / tries == pytest.approx(0.95, abs=0.015)
