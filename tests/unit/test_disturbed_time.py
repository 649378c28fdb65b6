"""How much of a span something disturbed, from a run's samples."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.disturbed_time import DisturbedTime
from training.record.device_records import DeviceReading, LaneReading, OtherReading, Sample, Source


def sample(t: float, others_cores: float) -> Sample:
    """Of two cores, of which the lane takes half of one and others the rest."""
    busy = 100 * (0.5 + others_cores) / 2
    return Sample(
        t=t, device=DeviceReading(utilization_percent=busy), lanes={"a": LaneReading(pid=1, cpu_percent=50.0)}
    )


def metered(others_cores: list[float], period_s: float = 1.0) -> DisturbedTime:
    seen = DisturbedTime("cpu")
    seen.take(Source(t=0.0, figures={}, cores=2.0))
    for number, cores in enumerate(others_cores):
        seen.take(sample(number * period_s, cores))
    return seen


def test_a_hog_for_a_third_of_the_time_is_told_as_a_third() -> None:
    seen = metered([0.0] * 20 + [1.0] * 20 + [0.0] * 21)
    share = seen.share(0.0, 60.0)
    assert share == pytest.approx(1 / 3, abs=0.1)
    assert seen.share(0.0, 15.0) == 0.0
    assert seen.share(25.0, 35.0) == 1.0


def test_where_nothing_was_metered_nothing_is_said() -> None:
    assert metered([]).share(0.0, 10.0) is None
    assert metered([1.0]).share(0.0, 10.0) is None
    assert metered([1.0] * 20).share(100.0, 110.0) is None


def test_who_stays_on_a_gpu_disturbs_by_what_it_does_and_not_by_being_there() -> None:
    seen = DisturbedTime("gpu")
    for number in range(31):
        others = (OtherReading(pid=77),) if number >= 10 else ()
        seen.take(Sample(t=float(number), device=DeviceReading(), others=others, others_sm_percent=0.0))
    share = seen.share(0.0, 30.0)
    assert share is not None
    assert 0 < share < 0.4


@given(
    st.lists(st.floats(0, 1.5), min_size=2, max_size=100),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_a_share_is_one_of_the_time_there_was(others: list[float], since: float, until: float) -> None:
    share = metered(others).share(since, until)
    assert share is None or 0.0 <= share <= 1.0
