"""What several launches of a pair in a mode say together, and what their interval is over."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.unit.made_benches import figures
from training.analysis.interval import ratio_estimate
from training.bench.figures import LaunchFigures
from training.bench.mode_report import mode_report
from training.plan import LANES

SLOWDOWN = st.floats(0.8, 5.0)
SECONDS = st.floats(1.0, 1e5)
LAUNCH = st.builds(figures, st.tuples(SLOWDOWN, SLOWDOWN), st.tuples(SECONDS, SECONDS))


def test_one_launch_is_told_as_it_is() -> None:
    one = figures(excluded=1)
    told = mode_report("together", [one], runs=["001-together"])
    assert (told.launches, told.blocks, told.excluded, told.runs) == (1, 5, 1, ("001-together",))
    assert told.excluded_because == ("others used 1.2 of 2 cores",)
    assert told.slowdown == pytest.approx({"a": 1.31, "b": 1.58})
    assert told.stp == pytest.approx(1 / 1.31 + 1 / 1.58)
    assert told.stp_interval == one.contention.stp_interval
    assert told.antt == pytest.approx((1.31 + 1.58) / 2)
    assert told.fairness == pytest.approx(1.31 / 1.58)
    assert told.own_lengths is not None
    # both until A ends at 131 s, then B alone: 131/316 of it is done
    assert told.own_lengths.makespan_s == pytest.approx(131 + (1 - 131 / 316) * 200)
    assert told.own_lengths.sequential_s == pytest.approx(300)
    assert told.own_lengths.interval == one.contention.interval
    assert told.equal_time is not None
    assert (told.equal_time.makespan_s, told.equal_time.speedup) == (60, told.stp)
    assert told.speedup_whole == one.contention.speedup_whole
    assert (told.verdict, told.interval_over) == ("faster", "blocks")
    assert "5 blocks of one launch" in told.because


def test_three_launches_give_a_t_interval_of_their_logarithms() -> None:
    slowdowns = [(1.30, 1.50), (1.35, 1.60), (1.25, 1.55)]
    told = mode_report("together", [figures(one) for one in slowdowns])
    estimate = ratio_estimate([1 / a + 1 / b for a, b in slowdowns])
    assert estimate is not None
    assert estimate.interval is not None
    assert told.stp == pytest.approx(estimate.value, rel=1e-3)
    assert told.stp_interval == pytest.approx(estimate.interval, rel=1e-3)
    assert (told.interval_over, told.launches, told.blocks) == ("launches", 3, 15)
    assert "3 launches)" in told.because


def test_two_launches_keep_the_widest_of_their_own_intervals() -> None:
    narrow, wide = figures(width=0.02), figures(width=0.2)
    told = mode_report("together", [narrow, wide])
    assert told.stp_interval == wide.contention.stp_interval
    assert told.interval_over == "blocks"
    assert "the blocks within each of 2 launches, the widest of them" in told.because


def test_without_an_interval_there_is_no_verdict() -> None:
    told = mode_report("together", [figures(width=None, blocks=2)])
    assert (told.verdict, told.stp_interval, told.interval_over) == ("unknown", None, None)
    assert told.stp is not None
    assert "too little was measured" in told.because


@pytest.mark.parametrize(
    ("slowdown", "width", "verdict"),
    [
        ((1.2, 1.2), 0.05, "faster"),
        ((2.2, 2.2), 0.05, "slower"),
        ((2.0, 2.0), 0.05, "no clear difference"),
        ((1.95, 1.95), 0.01, "no clear difference"),
        ((1.2, 1.2), 0.7, "no clear difference"),
    ],
)
def test_verdict_is_the_intervals(slowdown: tuple[float, float], width: float, verdict: str) -> None:
    assert mode_report("together", [figures(slowdown, width=width)]).verdict == verdict


def test_nothing_measured_says_why() -> None:
    assert mode_report("mps", [], failed_because=["lane B failed"]).why_not == "lane B failed"
    assert mode_report("mps", [LaunchFigures()]).why_not == "nothing was measured"


def test_peaks_are_the_highest_of_any_launch() -> None:
    higher = structs.replace(figures(), peak_memory_bytes={"a": 900 << 20})
    assert mode_report("together", [figures(), higher]).peak_memory_bytes == {"a": 900 << 20, "b": 700 << 20}


def test_energy_is_the_power_over_the_own_lengths() -> None:
    powered = structs.replace(figures(), solo_power_w={"a": 100.0, "b": 150.0}, shared_power_w=200.0)
    told = mode_report("together", [powered])
    both_s, rest_s = 131.0, (1 - 131 / 316) * 200
    assert told.energy_j == pytest.approx(both_s * 200 + rest_s * 150)
    assert told.sequential_energy_j == pytest.approx(100 * 100 + 200 * 150)
    assert mode_report("together", [figures()]).energy_j is None


@given(st.lists(LAUNCH, min_size=1, max_size=6))
def test_every_figure_comes_from_one_pair_of_times(launches: list[LaunchFigures]) -> None:
    told = mode_report("together", launches)
    assert told.stp is not None
    assert told.own_lengths is not None
    slowdowns = [told.slowdown[lane] for lane in LANES]
    assert told.stp == pytest.approx(sum(1 / one for one in slowdowns))
    assert told.antt == pytest.approx(sum(slowdowns) / 2)
    assert told.own_lengths.speedup == pytest.approx(
        told.own_lengths.sequential_s / told.own_lengths.makespan_s
    )
    assert told.own_lengths.interval is not None
    low, high = told.own_lengths.interval
    if len(launches) >= 3:
        assert low <= told.own_lengths.speedup * 1.000001
        assert high >= told.own_lengths.speedup * 0.999999
    assert math.isfinite(low + high)
    # Faster than turns at any instant is faster than turns as a whole, and the other way round.
    assert (told.stp > 1) == (told.own_lengths.speedup > 1) or told.stp == pytest.approx(1)


@given(st.lists(LAUNCH, min_size=1, max_size=5))
def test_the_order_of_launches_does_not_matter(launches: list[LaunchFigures]) -> None:
    forth, back = mode_report("together", launches), mode_report("together", launches[::-1])
    assert forth.stp == pytest.approx(back.stp)
    assert forth.stp_interval == pytest.approx(back.stp_interval)
