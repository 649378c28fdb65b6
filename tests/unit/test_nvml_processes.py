"""The NVML meter on single processes, one rule of the driver at a time; the lanes are real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.unit.fake_nvml import GIB, listed, sampled
from tests.unit.nvml_bench import Bench

SECOND_US = 1_000_000


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.meter.open()
    yield made
    made.meter.close()
    assert made.nvml.started == 0


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def test_a_lanes_memory_is_the_union_of_the_lists_with_its_children(
    bench: Bench, other: subprocess.Popen[bytes]
) -> None:
    bench.gpu.compute = [listed(bench.pid, 3 * GIB), listed(other.pid, GIB), listed(1, 5 * GIB)]
    bench.gpu.graphics = [listed(bench.pid, 3 * GIB)]  # the same memory in two lists
    bench.gpu.mps = [listed(bench.pid, None)]
    sample = bench.sample()
    assert sample.lanes["a"].memory_bytes == 4 * GIB  # this process and the child it started
    assert sample.others
    assert [(o.pid, o.memory_bytes) for o in sample.others] == [(1, 5 * GIB)]
    assert sample.others[0].name


def test_instances_of_one_process_add_up(bench: Bench) -> None:
    bench.gpu.compute = [listed(bench.pid, GIB, instance=1), listed(bench.pid, GIB, instance=2)]
    assert bench.sample().lanes["a"].memory_bytes == 2 * GIB


def test_a_lane_that_is_not_listed_has_no_figure_rather_than_zero(bench: Bench) -> None:
    bench.gpu.compute = [listed(1, GIB)]
    assert bench.sample().lanes["a"].memory_bytes is None
    assert bench.figure("lanes.memory_bytes").state == "pending"


def test_memory_that_is_listed_but_not_told_is_unsupported(bench: Bench) -> None:
    bench.gpu.compute = [listed(bench.pid, None)]
    assert bench.sample().lanes["a"].memory_bytes is None
    figure = bench.figure("lanes.memory_bytes")
    assert (figure.state, "not its memory" in figure.reason) == ("unsupported", True)


def test_without_the_compute_list_nothing_is_said_of_processes(bench: Bench) -> None:
    bench.gpu.graphics = [listed(bench.pid, GIB)]
    bench.nvml.errors["nvmlDeviceGetComputeRunningProcesses_v3"] = 999
    sample = bench.sample()
    assert sample.lanes["a"].memory_bytes is None
    assert sample.others == ()


def test_cpu_and_rss_come_along_from_the_host(bench: Bench) -> None:
    reading = bench.sample().lanes["a"]
    assert reading.rss_bytes is not None
    assert reading.rss_bytes > 0
    assert reading.cpu_percent is None
    assert bench.figure("lanes.cpu_percent").state == "pending"
    assert bench.sample().lanes["a"].cpu_percent is not None
    assert bench.figure("lanes.cpu_percent").source == "host"


def test_sm_share_keeps_last_seen_and_smooths(bench: Bench) -> None:
    bench.gpu.samples = [sampled(bench.pid, 100 * SECOND_US, 99)]
    assert bench.sample().lanes["a"].sm_percent is None  # older than the meter
    for step in range(1, 9):
        bench.gpu.samples = [sampled(bench.pid, (100 + step) * SECOND_US, 60 if step % 2 else 20)]
        share = bench.sample(1.0).lanes["a"].sm_percent
    assert share == pytest.approx(40.0)
    assert bench.nvml.last_seen[-1] == 107 * SECOND_US
    assert bench.figure("lanes.sm_percent").state == "value"


@pytest.mark.parametrize("code", [0, 6])
def test_no_samples_is_no_failure_and_decays_to_idle(bench: Bench, code: int) -> None:
    bench.sample()
    bench.gpu.samples = [sampled(bench.pid, 5 * SECOND_US, 50)]
    assert bench.sample().lanes["a"].sm_percent == pytest.approx(50.0)
    bench.gpu.samples = []
    bench.nvml.errors["nvmlDeviceGetProcessUtilization"] = code
    bench.gpu.utilization = 0
    assert bench.sample().lanes["a"].sm_percent == pytest.approx(50.0)
    for _ in range(24):
        sample = bench.sample()
    assert sample.lanes["a"].sm_percent == 0.0
    assert bench.figure("lanes.sm_percent").state == "idle"


def test_the_newer_call_takes_over_where_the_older_is_missing(bench: Bench) -> None:
    bench.nvml.errors["nvmlDeviceGetProcessUtilization"] = 3
    bench.sample()
    bench.gpu.samples = [sampled(bench.pid, 5 * SECOND_US, 50)]
    assert bench.sample().lanes["a"].sm_percent == pytest.approx(50.0)


def test_the_newer_call_is_tried_when_the_older_stays_empty_on_a_busy_gpu(bench: Bench) -> None:
    bench.nvml.errors["nvmlDeviceGetProcessUtilization"] = 6
    for step in range(30):
        bench.gpu.samples = [sampled(bench.pid, (5 + step) * SECOND_US, 50)]
        sample = bench.sample()
    assert sample.lanes["a"].sm_percent is not None
    assert sample.lanes["a"].sm_percent > 0


def test_share_is_unsupported_when_both_calls_are(bench: Bench) -> None:
    bench.nvml.errors["nvmlDeviceGetProcessUtilization"] = 3
    bench.nvml.errors["nvmlDeviceGetProcessesUtilizationInfo"] = 13
    assert bench.sample().lanes["a"].sm_percent is None
    figure = bench.figure("lanes.sm_percent")
    assert figure.state == "unsupported"
    assert figure.reason
    calls = len(bench.nvml.last_seen)
    bench.sample()
    assert len(bench.nvml.last_seen) == calls


def test_trouble_with_the_samples_is_not_idleness(bench: Bench) -> None:
    bench.sample()
    bench.gpu.samples = [sampled(bench.pid, 5 * SECOND_US, 50)]
    bench.sample()
    bench.nvml.errors["nvmlDeviceGetProcessUtilization"] = 999
    assert bench.sample().lanes["a"].sm_percent is None
    assert bench.figure("lanes.sm_percent").state == "pending"


def test_a_list_that_grew_between_two_calls_is_asked_again(bench: Bench) -> None:
    bench.gpu.compute = [listed(bench.pid, GIB)]
    bench.nvml.errors["nvmlDeviceGetComputeRunningProcesses_v3"] = [7, 7]
    assert bench.sample().lanes["a"].memory_bytes == GIB
