"""How fast a training goes alone: by what was measured well, else by the least rough, marked as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.app.pick_world import preset
from tests.unit.made_measurements import lane_measured, pair_measured
from training.analysis.forecast_rate import (
    ENOUGH_S,
    ENOUGH_STEPS,
    RateAlone,
    RoughBasis,
    few_steps,
    rate_alone,
)
from training.record.measurement_records import LaneMeasured

ONE, OTHER = preset(seed=1), preset(seed=2)


def run(name: str, rate: float | None, steps: int = 1000, train_s: float = 10.0) -> LaneMeasured:
    """A run alone."""
    return lane_measured(
        ONE, run=name, solo_steps_per_s=rate, steps=steps, train_s=train_s, steps_per_s=steps / train_s
    )


def test_the_median_of_the_newest_rates_speaks_for_a_lane() -> None:
    rates = (1.0, 11.0, 10.0, None, 12.0, 9.0, 99.0)
    runs = [run(f"r{number}", rate) for number, rate in enumerate(rates)]
    assert rate_alone("a", runs) == RateAlone(10.0)
    assert rate_alone("a", ()) is None
    assert rate_alone("a", [run("r1", None)]) is None


def test_a_run_of_a_few_steps_says_nothing_where_a_longer_one_is_on_record() -> None:
    short, long = run("new", 99.0, steps=12), run("old", 10.0)
    assert rate_alone("a", [short, short, long]) == RateAlone(10.0)


def test_of_short_runs_the_longest_speaks_and_is_rough() -> None:
    runs = [run("r1", 5.0, steps=12), run("r2", 7.0, steps=25), run("r3", 9.0, steps=25)]
    assert rate_alone("a", runs) == RateAlone(7.0, RoughBasis(25, 10.0))


def test_a_rate_beside_the_work_of_others_is_rough_and_gives_way_to_an_undisturbed_one() -> None:
    disturbed = structs.replace(run("new", 5.0), solo_disturbed_share=0.4)
    assert rate_alone("a", [disturbed, run("old", 10.0)]) == RateAlone(10.0)
    alone = rate_alone("a", [disturbed])
    assert alone is not None
    assert alone.only is not None
    assert alone.only.text == "a disturbed run"
    hardly = structs.replace(run("r", 5.0), solo_disturbed_share=0.05)
    assert rate_alone("a", [hardly]) == RateAlone(5.0)


def test_a_bench_says_more_than_a_short_run_and_a_short_runs_own_probes_do_not() -> None:
    short = run("short", 5.0, steps=12)
    of_bench = pair_measured(ONE, OTHER, run="bench", solo_steps_per_s={"a": 8.0, "b": 3.0})
    assert rate_alone("a", [short], of_bench) == RateAlone(8.0)
    assert rate_alone("b", (), of_bench) == RateAlone(3.0)
    its_own = pair_measured(ONE, OTHER, run="short", solo_steps_per_s={"a": 8.0})
    told = rate_alone("a", [short], its_own)
    assert told is not None
    assert told.only == RoughBasis(12, 10.0)
    assert rate_alone("b", (), its_own) is None


def test_a_launch_of_a_bench_is_not_taken_for_a_shorter_one_of_the_same_name() -> None:
    cut_short = run("001-together", None, steps=1, train_s=0.1)
    launch = run("001-together", None)
    of_bench = pair_measured(ONE, OTHER, run="001-together", solo_steps_per_s={"a": 8.0, "b": 3.0})
    assert rate_alone("a", [cut_short, launch], of_bench) == RateAlone(8.0)
    assert rate_alone("a", [cut_short], of_bench) == RateAlone(8.0, RoughBasis(1, 0.1))


@pytest.mark.parametrize(
    ("steps", "train_s", "text"),
    [
        (ENOUGH_STEPS - 1, 60.0, "29 steps"),
        (1, 60.0, "1 step"),
        (5000, 1.24, "1.2 s"),
        (ENOUGH_STEPS, ENOUGH_S, None),
    ],
)
def test_too_little_is_told_by_what_there_is_too_little_of(
    steps: int, train_s: float, text: str | None
) -> None:
    few = few_steps(run("r", 1.0, steps, train_s))
    assert (None if few is None else few.text) == text


def test_warm_up_steps_are_no_part_of_a_rate() -> None:
    warmed_up = lane_measured(ONE, steps=40, train_s=4.0, steps_per_s=7.0)
    assert few_steps(warmed_up) == RoughBasis(28, 4.0)
    without_rate = lane_measured(ONE, steps=40, train_s=4.0, steps_per_s=None)
    assert few_steps(without_rate) is None


@given(st.integers(0), st.floats(0, allow_infinity=False), st.none() | st.floats(1e-9, 1e12))
def test_whatever_a_damaged_store_says_there_is_an_answer(
    steps: int, train_s: float, steps_per_s: float | None
) -> None:
    few = few_steps(lane_measured(ONE, steps=steps, train_s=train_s, steps_per_s=steps_per_s))
    assert few is None or 0 <= few.steps <= steps
