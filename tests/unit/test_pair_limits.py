"""What limits the pair: each rule at its threshold, and no rule without its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.analysis.pair_evidence import PairEvidence
from training.analysis.pair_limits import LimitName, pair_limits
from training.plan import Lane
from training.record.device_records import EventReason

GIB = 2**30
OWN_CHOICE: dict[Lane, dict[str, int]] = {"a": {"intra_op": 0}, "b": {"intra_op": 0}}
ONE_EACH: dict[Lane, dict[str, int]] = {"a": {"intra_op": 1}, "b": {"intra_op": 1}}
CPU = PairEvidence(
    "cpu",
    seconds=60.0,
    utilization_percent=50.0,
    cores=2.0,
    lane_cores={"a": 0.4, "b": 0.5},
    threads=OWN_CHOICE,
    memory_used_bytes=2 * GIB,
    memory_total_bytes=8 * GIB,
)
GPU = PairEvidence(
    "gpu",
    seconds=60.0,
    utilization_percent=41.0,
    sm_active_percent=30.0,
    dram_bandwidth_percent=20.0,
    cores=16.0,
    lane_cores={"a": 1.0, "b": 1.2},
    threads=OWN_CHOICE,
    held_share={},
    memory_used_bytes=7 * GIB,
    memory_total_bytes=24 * GIB,
)


def named(evidence: PairEvidence, **changes: Any) -> list[LimitName]:
    return [limit.name for limit in pair_limits(replace(evidence, **changes))]


def sentence(evidence: PairEvidence, **changes: Any) -> str:
    (limit,) = pair_limits(replace(evidence, **changes))
    return limit.sentence


def test_nothing_near_its_limit_is_not_clear_and_shows_what_is_known() -> None:
    assert sentence(GPU) == (
        "not clear: the device is 41 % busy, lanes use 2.20 of 16 cores, 7.0 of 24.0 GiB in use at peak"
    )
    assert sentence(PairEvidence("gpu")) == "not clear: too little time beside each other was measured"
    assert sentence(PairEvidence("gpu", seconds=60.0)) == "not clear: no figure of the device is known"


def test_a_full_cpu_with_more_threads_than_cores() -> None:
    full = replace(CPU, utilization_percent=99.0, lane_cores={"a": 1.0, "b": 0.98})
    assert sentence(full) == (
        "CPU cores oversubscribed: lanes use 1.98 of 2 cores; "
        "TensorFlow chose its own thread counts (intra_op 0)"
    )
    assert sentence(full, threads={"a": {"intra_op": 2}, "b": {"intra_op": 1}}) == (
        "CPU cores oversubscribed: lanes use 1.98 of 2 cores; threads for one operation: a 2, b 1"
    )
    assert sentence(full, threads={"a": {"intra_op": 0}, "b": {"intra_op": 1}}) == (
        "CPU cores oversubscribed: lanes use 1.98 of 2 cores; "
        "threads for one operation: a as TensorFlow chose, b 1"
    )


@pytest.mark.parametrize("threads", [ONE_EACH, {}, {"a": {"intra_op": 1}}])
def test_a_full_cpu_whose_threads_fit_or_are_not_known_is_just_busy(
    threads: Mapping[Lane, Mapping[str, int]],
) -> None:
    full = replace(CPU, utilization_percent=99.0, lane_cores={"a": 1.0, "b": 0.98})
    assert sentence(full, threads=threads) == "device busy: its cores are 99 % busy"
    assert named(full, threads=threads, utilization_percent=91.0) == ["device busy"]
    assert named(full, threads=threads, utilization_percent=89.0) == ["not clear"]


def test_a_gpus_lanes_may_be_held_up_by_the_host() -> None:
    assert sentence(GPU, lane_cores={"a": 8.0, "b": 7.5}, threads=ONE_EACH) == (
        "CPU cores oversubscribed: lanes use 15.50 of 16 cores; threads for one operation: a 1, b 1"
    )
    assert sentence(GPU, lane_cores={"a": 8.0, "b": 7.5}, threads={}) == (
        "CPU cores oversubscribed: lanes use 15.50 of 16 cores; how many threads they were given is not known"
    )


def test_one_lanes_share_of_the_cores_is_not_the_pairs() -> None:
    assert named(GPU, lane_cores={"a": 16.0}) == ["not clear"]


def test_a_gpu_without_gaps_is_busy() -> None:
    assert sentence(GPU, utilization_percent=98.2) == (
        "device busy: a kernel runs 98 % of the time, with 30 % of its multiprocessors at work"
    )
    assert sentence(GPU, utilization_percent=98.2, sm_active_percent=None) == (
        "device busy: a kernel runs 98 % of the time"
    )


def test_where_kernels_overlap_the_multiprocessors_have_to_be_full() -> None:
    assert named(GPU, utilization_percent=99.0, overlaps=True) == ["not clear"]
    assert named(GPU, utilization_percent=99.0, sm_active_percent=90.0, overlaps=True) == ["device busy"]
    assert named(GPU, utilization_percent=99.0, sm_active_percent=None, overlaps=True) == ["device busy"]


def test_a_full_memory_bus() -> None:
    assert sentence(GPU, dram_bandwidth_percent=81.0) == (
        "device memory bandwidth: 81 % of what its memory can carry, in the mean"
    )


def test_waiting_for_data() -> None:
    assert sentence(GPU, input_gain={"b": 1.42, "a": 1.05}) == (
        "input pipeline: lane B is 1.42 times as fast on a batch at hand"
    )


def test_clocks_held_down() -> None:
    held: dict[EventReason, float] = {"power cap": 0.62, "sync boost": 0.9, "thermal": 0.02}
    assert sentence(GPU, held_share=held) == (
        "power or thermal cap: power cap held the clocks down 62 % of the time"
    )


def test_memory_nearly_full() -> None:
    assert sentence(GPU, memory_used_bytes=23 * GIB) == (
        "memory near the limit: 23.0 of 24.0 GiB in use at peak"
    )


def test_several_limits_are_all_told_in_one_order() -> None:
    assert named(
        GPU,
        utilization_percent=99.0,
        dram_bandwidth_percent=90.0,
        lane_cores={"a": 8.0, "b": 8.0},
        held_share={"power cap": 0.5},
        memory_used_bytes=24 * GIB,
        input_gain={"a": 2.0},
    ) == [
        "device busy",
        "device memory bandwidth",
        "CPU cores oversubscribed",
        "input pipeline",
        "power or thermal cap",
        "memory near the limit",
    ]


def test_too_few_samples_name_nothing() -> None:
    assert named(GPU, seconds=2.0, utilization_percent=100.0, dram_bandwidth_percent=100.0) == ["not clear"]


PERCENT = st.one_of(st.none(), st.floats(0, 1e6))
EVIDENCE = st.builds(
    PairEvidence,
    kind=st.sampled_from(["cpu", "gpu"]),
    overlaps=st.booleans(),
    seconds=st.floats(0, 1e6),
    utilization_percent=PERCENT,
    sm_active_percent=PERCENT,
    dram_bandwidth_percent=PERCENT,
    cores=st.one_of(st.none(), st.floats(0.1, 256)),
    lane_cores=st.dictionaries(st.sampled_from(["a", "b"]), st.floats(0, 256)),
    threads=st.dictionaries(
        st.sampled_from(["a", "b"]),
        st.dictionaries(st.sampled_from(["intra_op", "inter_op"]), st.integers(-1, 64)),
    ),
    held_share=st.dictionaries(st.sampled_from(["power cap", "thermal", "sync boost"]), st.floats(0, 1)),
    memory_used_bytes=st.one_of(st.none(), st.integers(0, 2**50)),
    memory_total_bytes=st.one_of(st.none(), st.integers(0, 2**50)),
    input_gain=st.dictionaries(st.sampled_from(["a", "b"]), st.floats(0, 1e6)),
)


@given(evidence=EVIDENCE)
def test_always_an_answer_and_never_two_that_exclude_each_other(evidence: PairEvidence) -> None:
    names = [limit.name for limit in pair_limits(evidence)]
    assert names
    assert len(names) == len(set(names))
    assert "not clear" not in names or len(names) == 1
    assert not (evidence.kind == "cpu" and {"device busy", "CPU cores oversubscribed"} <= set(names))
    assert all(limit.because for limit in pair_limits(evidence))
