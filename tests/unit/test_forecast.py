"""How long a launch will take: from what was measured of this pair in this mode for the lengths of now, or nothing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.app.pick_world import preset
from tests.unit.made_measurements import CPU, GPU, experience, lane_measured, pair_measured
from tests.unit.own_presets import own_preset
from training.analysis.forecast import Forecast, alone_seconds, forecast, planned_steps
from training.analysis.forecast_rate import RoughBasis
from training.plan import LANES, Lane, Limits, Sharing
from training.preset import Preset, load_preset
from training.record.measurement_records import Measurement

ONE, OTHER = preset(seed=1), preset(seed=2)  # 32 steps an epoch, 4 epochs each
STEPS = 128
BOTH: dict[Lane, Preset] = {"a": ONE, "b": OTHER}
SOLO = (
    lane_measured(ONE, solo_steps_per_s=STEPS / 40),
    lane_measured(OTHER, lane="b", solo_steps_per_s=STEPS / 60),
)


def told(*measurements: Measurement, sharing: Sharing = "together", limits: Limits | None = None) -> Forecast:
    devices = dict.fromkeys(LANES, GPU)
    return forecast(BOTH, devices, sharing, experience(*measurements), lambda _: None, limits=limits)


def test_a_measured_pair_ends_when_the_longer_does_that_goes_on_alone() -> None:
    found = told(*SOLO, pair_measured(ONE, OTHER))
    assert found.alone_s == pytest.approx({"a": 40.0, "b": 60.0})
    assert found.in_turn_s == pytest.approx(100.0)
    assert found.together is not None
    # A ends after 60 s; by then B has done 48 of its 60 s alone, and goes on for 12.
    assert found.together.seconds == pytest.approx(72.0)
    assert found.together.speedup == pytest.approx(100 / 72)


def test_an_interval_is_told_only_for_the_lengths_it_was_measured_for() -> None:
    same = told(*SOLO, pair_measured(ONE, OTHER, speedup=100 / 72)).together
    other = told(*SOLO, pair_measured(ONE, OTHER, speedup=1.52)).together
    assert same is not None
    assert other is not None
    assert same.interval == (1.4, 1.65)
    assert other.interval is None


def test_a_pair_that_was_never_measured_has_no_time_together() -> None:
    found = told(*SOLO)
    assert found.in_turn_s == pytest.approx(100.0)
    assert found.together is None
    nothing = told()
    assert (nothing.alone_s, nothing.in_turn_s, nothing.together) == ({}, None, None)


def test_a_rate_beside_another_is_no_rate_alone() -> None:
    assert told(lane_measured(ONE, steps_per_s=10.0)).alone_s == {}
    assert told(lane_measured(ONE, device=CPU, solo_steps_per_s=10.0)).alone_s == {}


def test_a_bench_knows_its_lanes_alone() -> None:
    found = told(pair_measured(ONE, OTHER, solo_steps_per_s={"a": STEPS / 40, "b": STEPS / 60}))
    assert found.together is not None
    assert found.together.seconds == pytest.approx(72.0)


@pytest.mark.parametrize(
    ("sharing", "measured", "known"),
    [
        ("together", "together", True),
        ("adaptive", "together", True),
        ("together", "adaptive", True),
        ("together", "mps", False),
        ("mps", "mps", True),
        ("one-process", "together", False),
        ("sequential", "together", False),
    ],
)
def test_each_mode_is_measured_for_itself(sharing: Sharing, measured: Sharing, known: bool) -> None:
    found = told(*SOLO, pair_measured(ONE, OTHER, sharing=measured), sharing=sharing)
    assert (found.together is not None) == known


def test_several_launches_say_more_than_one_and_an_interval_more_than_none() -> None:
    pairs = [
        pair_measured(ONE, OTHER, run="bench", at="2026-01-01", launches=3),
        pair_measured(ONE, OTHER, run="run", at="2026-01-02"),
        pair_measured(ONE, OTHER, run="short", at="2026-01-03", interval=None),
    ]
    for left in range(3):
        found = told(*SOLO, *pairs[left:]).together
        assert found is not None
        assert found.measured.run == pairs[left].run


SHORT = lane_measured(
    ONE, run="short", solo_steps_per_s=STEPS / 40, steps=12, train_s=3.75, steps_per_s=STEPS / 40
)


def test_a_time_that_stands_on_few_steps_is_marked_and_so_is_what_follows_from_it() -> None:
    found = told(SHORT, SOLO[1], pair_measured(ONE, OTHER, speedup=100 / 72))
    assert found.alone_s == pytest.approx({"a": 40.0, "b": 60.0})
    assert found.rough == {"a": RoughBasis(12, 3.75)}
    assert found.together is not None
    assert found.together.is_rough
    assert found.together.interval is None
    better = told(SHORT, *SOLO, pair_measured(ONE, OTHER))
    assert better.rough == {}
    assert better.together is not None
    assert not better.together.is_rough


def test_a_time_that_was_asked_for_stands_on_no_rate() -> None:
    found = told(SHORT, pair_measured(ONE, OTHER), limits=Limits(minutes=2))
    assert (found.rough, found.in_turn_s) == ({}, 240.0)


@pytest.mark.parametrize(
    ("fit", "limits", "steps"),
    [
        ({}, Limits(), 128),
        ({}, Limits(steps=7), 7),
        ({}, Limits(epochs=2), 64),
        ({"steps": 500}, Limits(), 500),
        ({"steps": 500}, Limits(epochs=1), 32),
        ({"validation_split": 0.2}, Limits(), 100),
    ],
)
def test_a_limit_takes_the_place_of_the_presets_own_length(
    fit: dict[str, Any], limits: Limits, steps: int
) -> None:
    assert planned_steps(preset(**fit), limits) == steps


def test_where_time_bounds_the_lanes_it_is_the_time() -> None:
    assert alone_seconds(ONE, Limits(minutes=2), None) == 120.0
    found = told(pair_measured(ONE, OTHER), limits=Limits(minutes=2)).together
    assert found is not None
    assert found.seconds == pytest.approx(120.0)
    assert found.speedup == pytest.approx(1 / 1.5 + 1 / 1.25)


def test_one_lane_alone_has_its_time() -> None:
    found = forecast({"a": ONE}, {"a": GPU}, "together", experience(*SOLO), lambda _: None)
    assert found.in_turn_s == pytest.approx(40.0)
    assert found.together is None


_RATE = st.floats(1e-9, 1e12)  # what the store lets in


@settings(deadline=None)
@given(_RATE, _RATE, _RATE, _RATE)
def test_whatever_a_damaged_store_says_no_time_is_beyond_reason(
    a: float, b: float, c: float, d: float
) -> None:
    found = told(
        lane_measured(ONE, solo_steps_per_s=a),
        lane_measured(OTHER, lane="b", solo_steps_per_s=b),
        pair_measured(ONE, OTHER, slowdown={"a": c, "b": d}),
    )
    assert all(math.isfinite(seconds) for seconds in found.alone_s.values())
    if found.together is not None:
        assert math.isfinite(found.together.seconds)
        assert math.isfinite(found.together.speedup)


@settings(deadline=None)
@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(1, 3), st.floats(1, 3))
def test_together_lies_between_the_longer_alone_and_both_slowed(
    a: float, b: float, c: float, d: float
) -> None:
    found = told(
        lane_measured(ONE, solo_steps_per_s=STEPS / a),
        lane_measured(OTHER, lane="b", solo_steps_per_s=STEPS / b),
        pair_measured(ONE, OTHER, slowdown={"a": c, "b": d}),
    ).together
    assert found is not None
    assert max(a, b) * (1 - 1e-9) <= found.seconds <= max(a * c, b * d) * (1 + 1e-9)
    assert found.speedup == pytest.approx((a + b) / found.seconds)


def test_the_length_of_data_of_a_persons_own_is_what_was_told_of_them(tmp_path: Path) -> None:
    own = load_preset(own_preset(tmp_path))
    assert planned_steps(own, Limits()) is None
    assert planned_steps(own, Limits(), 50) == 100
    assert planned_steps(own, Limits(steps=7)) == 7
    assert alone_seconds(own, Limits(), 10.0) is None
    assert alone_seconds(own, Limits(), 10.0, 50) == 10.0
