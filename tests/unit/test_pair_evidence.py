"""Evidence: only of time in which both trained, whichever file is read first, and in bounded memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.contention_cases import ANY_SECONDS, ANY_SHARED, all_finite
from tests.unit.made_runs import plan
from training.analysis.pair_evidence import EvidenceHistory, PairEvidence
from training.analysis.sample_buckets import SampleBuckets
from training.analysis.shared_time import SharedTime
from training.plan import LANES
from training.record.contention_records import RateSpan, SharedSpan
from training.record.device_records import DeviceReading, LaneReading, Sample, Source
from training.record.event_records import Joined, SharingChanged
from training.record.lane_records import Imported, Started, Window

TOLD = Sample | Source | SharedSpan


def shared(t0: float, t1: float, *disturbed: str) -> SharedSpan:
    return SharedSpan(t1, 1, t0, t1, {lane: RateSpan(10, 1.0) for lane in LANES}, disturbed)


def sample(t: float, *, cpu: float = 80.0, pids: tuple[int, int] = (1, 2), **device: Any) -> Sample:
    lanes = {lane: LaneReading(pid, cpu_percent=cpu) for lane, pid in zip(LANES, pids, strict=True)}
    return Sample(t, DeviceReading(**device), lanes)


def read(records: Sequence[TOLD], **changes: Any) -> PairEvidence:
    return told_by(records, **changes).evidence()


def told_by(records: Sequence[TOLD], **changes: Any) -> EvidenceHistory:
    history = EvidenceHistory(plan(**changes))
    for record in records:
        if isinstance(record, SharedSpan):
            history.take_event(record)
        else:
            history.take_device_record(record)
    return history


def every_half_second(since: float, until: float, **figures: Any) -> list[Sample]:
    return [sample(since + half / 2, **figures) for half in range(int(2 * (until - since)))]


def test_only_samples_of_shared_time_count() -> None:
    """Alone a lane keeps a core busy; only the ten seconds beside each other are told."""
    samples = [
        *every_half_second(0, 20, cpu=30.0, utilization_percent=40.0),
        *every_half_second(20, 30, cpu=95.0, utilization_percent=99.0),
        *every_half_second(30, 50, cpu=30.0, utilization_percent=40.0),
    ]
    evidence = read([*samples, Source(0.1, {}, cores=2.0), shared(20.0, 30.0)])
    assert evidence.utilization_percent == pytest.approx(99.0)
    assert evidence.lane_cores == pytest.approx({"a": 0.95, "b": 0.95})
    assert evidence.cores == 2.0
    assert evidence.seconds == pytest.approx(10.0)


def test_disturbed_time_tells_of_clocks_and_of_nothing_else() -> None:
    samples = [
        *every_half_second(0, 10, utilization_percent=50.0, event_reasons=()),
        *every_half_second(10, 20, utilization_percent=100.0, event_reasons=("thermal",)),
        sample(21.0),
    ]
    evidence = read([*samples, shared(0.0, 10.0), shared(10.0, 20.0, "clocks held down: thermal")])
    assert evidence.utilization_percent == pytest.approx(50.0)
    assert evidence.held_share == {"thermal": pytest.approx(10 / 19.5)}


def test_where_all_was_disturbed_that_is_what_there_is() -> None:
    samples = [*every_half_second(0, 10, utilization_percent=50.0), sample(11.0)]
    assert read([*samples, shared(0.0, 10.0, "swapping")]).utilization_percent == pytest.approx(50.0)


def test_memory_is_told_at_its_peak() -> None:
    samples = [
        sample(float(t), memory_used_bytes=used, memory_total_bytes=100)
        for t, used in enumerate((10, 20, 90, 30, 40, 50))
    ]
    evidence = read([*samples, shared(0.0, 10.0)])
    assert (evidence.memory_used_bytes, evidence.memory_total_bytes) == (90, 100)


def test_lanes_of_one_process_share_its_time() -> None:
    samples = every_half_second(0, 10, cpu=180.0, pids=(7, 7))
    assert read([*samples, shared(0.0, 10.0)]).lane_cores == pytest.approx({"a": 0.9, "b": 0.9})


def test_threads_and_windows_come_from_the_lanes() -> None:
    history = told_by([])
    history.take_lane_record("a", Imported(1.0, 2.0, threads={"intra_op": 2}))
    history.take_lane_record("a", window(30, 6.0))
    assert history.evidence().input_gain == {}
    history.take_lane_record("a", window(30, 3.0, cached_batch=True))
    assert history.evidence().threads == {"a": {"intra_op": 2}}
    assert history.evidence().input_gain == {"a": pytest.approx(2.0)}


def window(steps: int, in_steps_s: float | None, **more: Any) -> Window:
    return Window(9.0, 1, 0.0, 9.0, steps, steps * 32, in_steps_s=in_steps_s, **more)


@pytest.mark.parametrize(
    "damaged",
    [window(0, 1.0), window(30, None), window(30, 0.0), window(30, -1.0), window(30, 1.0, complete=False)],
)
def test_a_window_that_says_nothing_is_passed_over(damaged: Window) -> None:
    history = told_by([])
    for record in (damaged, window(30, 3.0, cached_batch=True)):
        history.take_lane_record("b", record)
    assert history.evidence().input_gain == {}


def test_a_pipeline_that_is_slow_to_start_is_not_one_that_is_waited_for() -> None:
    """Steps of 10 ms, of which one in ten begins an epoch and takes a second."""
    history = told_by([])
    history.take_lane_record("a", window(100, 90 * 0.01 + 10.0, first_steps=10, first_steps_s=10.0))
    history.take_lane_record("a", window(100, 0.99, cached_batch=True))
    assert history.evidence().input_gain == {}
    history.take_lane_record("b", window(10, 10.0, first_steps=10, first_steps_s=10.0))
    history.take_lane_record("b", window(100, 0.1, cached_batch=True))
    assert history.evidence().input_gain == {}


def test_what_handing_over_a_batch_takes_is_no_wait_for_it() -> None:
    history = told_by([])
    history.take_lane_record("a", window(1000, 1.0))
    history.take_lane_record("a", window(1000, 0.6, cached_batch=True))
    assert history.evidence().input_gain == {}
    history.take_lane_record("a", window(1000, 1.8))
    history.take_lane_record("a", window(1000, 0.6, cached_batch=True))
    assert history.evidence().input_gain == {"a": pytest.approx(3.0)}


def test_a_window_is_held_against_the_one_before_it() -> None:
    history = told_by([])
    for record in (window(10, 1.0), window(10, 4.0), window(10, 2.0, cached_batch=True), window(10, 9.0)):
        history.take_lane_record("a", record)
    assert history.evidence().input_gain == {"a": pytest.approx(2.0)}


def test_another_process_of_the_lane_is_timed_anew() -> None:
    history = told_by([])
    for record in (window(10, 4.0), window(10, 2.0, cached_batch=True), Started(20.0, 7)):
        history.take_lane_record("a", record)
    assert history.evidence().input_gain == {}


def test_kernels_overlap_only_under_mps() -> None:
    history = told_by([], sharing="mps")
    assert history.evidence().overlaps
    history.take_event(SharingChanged(3.0, "mps", "together", "no daemon"))
    assert not history.evidence().overlaps


def test_another_in_a_lanes_place_begins_anew() -> None:
    history = told_by([*every_half_second(0, 10, utilization_percent=50.0), shared(0.0, 9.0)])
    assert history.evidence().utilization_percent == pytest.approx(50.0)
    history.take_event(Joined(11.0, "b", plan().lanes["a"]))
    assert history.evidence().utilization_percent is None


def test_spans_that_touch_are_one() -> None:
    time = SharedTime()
    for record in (shared(10.0, 20.0), shared(20.1, 30.0), shared(40.0, 50.0)):
        time.take(record)
    assert time.holds(12.0, 28.0)
    assert time.holds(40.0, 50.0)
    assert not time.holds(9.0, 12.0)
    assert not time.holds(28.0, 42.0)


def test_a_day_fits_in_five_hundred_buckets() -> None:
    """Probed every five minutes: what is beside a probe is left out, the rest is still told."""
    buckets = SampleBuckets()
    for second in range(0, 86_400, 4):
        buckets.take(sample(float(second), utilization_percent=50.0))
    told = list(buckets.closed())
    assert 200 < len(told) <= 512
    assert sum(sums.utilization.count for _, _, sums in told) > 21_000
    assert all(until - since == 256.0 for since, until, _ in told)


def interleavings(records: Sequence[TOLD]) -> st.SearchStrategy[list[TOLD]]:
    """Two files, each in its own order."""
    spans = [record for record in records if isinstance(record, SharedSpan)]
    rest = [record for record in records if not isinstance(record, SharedSpan)]

    def in_turns(order: list[bool]) -> list[TOLD]:
        left, right = iter(spans), iter(rest)
        return [next(left) if of_spans else next(right) for of_spans in order]

    return st.permutations([True] * len(spans) + [False] * len(rest)).map(in_turns)


RUN: list[TOLD] = [
    Source(0.0, {}, cores=2.0),
    *every_half_second(0, 25, utilization_percent=70.0, memory_used_bytes=5, memory_total_bytes=10),
    shared(2.0, 8.0),
    shared(8.1, 14.0, "swapping"),
    shared(16.0, 22.0),
]


@given(records=interleavings(RUN), asked_at=st.integers(0, 50))
def test_neither_the_order_of_reading_nor_asking_in_between_makes_a_difference(
    records: list[TOLD], asked_at: int
) -> None:
    history = told_by(records[:asked_at])
    history.evidence()
    for record in records[asked_at:]:
        if isinstance(record, SharedSpan):
            history.take_event(record)
        else:
            history.take_device_record(record)
    assert history.evidence() == read(RUN)


PERCENT = st.one_of(st.none(), ANY_SECONDS)
BYTES = st.one_of(st.none(), st.integers(-1, 2**40), st.sampled_from([10**400]))
ANY_SAMPLE = st.builds(
    Sample,
    ANY_SECONDS | st.floats(0, 60),
    st.builds(
        DeviceReading,
        memory_used_bytes=BYTES,
        memory_total_bytes=BYTES,
        utilization_percent=PERCENT,
        event_reasons=st.one_of(st.none(), st.just(("thermal",))),
        dram_bandwidth_percent=PERCENT,
    ),
    st.dictionaries(st.sampled_from(LANES), st.builds(LaneReading, st.integers(1, 2), cpu_percent=PERCENT)),
)


@given(
    records=st.lists(
        st.one_of(
            ANY_SAMPLE,
            ANY_SHARED,
            st.builds(Source, ANY_SECONDS, st.just({}), PERCENT),
            st.builds(shared, st.floats(0, 60), st.floats(0, 60)),
        ),
        max_size=30,
    )
)
def test_no_damaged_file_raises_or_gives_a_number_that_is_none(records: list[TOLD]) -> None:
    evidence = read(records)
    assert all_finite(evidence)
    assert all(0 <= share <= 1 + 1e-9 for share in evidence.held_share.values())
