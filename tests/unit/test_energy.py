"""Joules of a pair: only where there is enough of both energy and samples."""

from __future__ import annotations

import pytest

from training.analysis.energy import (
    EnergyCount,
    TrainedSpan,
    energy_j_per_1000_samples,
    pair_energy_j,
)
from training.analysis.series import CAPACITY


def _count(watts: float, seconds: int, *, from_t: float = 0.0) -> EnergyCount:
    energy = EnergyCount()
    for half in range(2 * seconds + 1):
        energy.add(from_t + half / 2, 1000.0 + watts * half / 2)
    return energy


def test_the_pair_is_charged_from_the_first_release_to_the_last_step() -> None:
    energy = _count(100.0, 60)
    spans = [TrainedSpan(10.0, 40.0, 600), TrainedSpan(10.2, 50.0, 400)]
    assert pair_energy_j(energy, spans) == pytest.approx(4000.0)
    assert energy_j_per_1000_samples(energy, spans) == pytest.approx(4000.0)


@pytest.mark.parametrize(
    "span",
    [
        TrainedSpan(10.0, 13.0, 100),  # too short
        TrainedSpan(10.0, 40.0, 0),  # nothing trained
        TrainedSpan(100.0, 140.0, 100),  # no reading reaches so far
        TrainedSpan(40.0, 10.0, 100),
    ],
)
def test_too_little_says_nothing(span: TrainedSpan) -> None:
    assert energy_j_per_1000_samples(_count(100.0, 60), [span]) is None
    assert energy_j_per_1000_samples(_count(0.1, 60), [TrainedSpan(10.0, 40.0, 100)]) is None
    assert energy_j_per_1000_samples(_count(100.0, 60), []) is None
    assert energy_j_per_1000_samples(EnergyCount(), [TrainedSpan(10.0, 40.0, 100)]) is None


def test_a_count_that_starts_anew_keeps_what_was_counted() -> None:
    energy = EnergyCount()
    for t, joules in ((0.0, 5000.0), (10.0, 6000.0), (20.0, 50.0), (30.0, 1050.0)):
        energy.add(t, joules)
    assert energy.between(0.0, 30.0) == pytest.approx(2000.0)


def test_a_day_of_readings_is_bounded_and_still_told() -> None:
    energy = EnergyCount()
    for half in range(20 * CAPACITY):
        energy.add(half / 2, 50.0 * half)
    assert energy.between(100.0, 10_100.0) == pytest.approx(1_000_000.0, rel=0.01)
