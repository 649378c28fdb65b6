"""The NVML meter on single processes, one rule of the driver at a time; the lanes are real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulated_driver.scenario import GIB, Fault, Process, Utilization
from tests.unit.metered import BEGAN_US, Metered

PID = os.getpid()
SHARES = "nvmlDeviceGetProcessUtilization"
NEWER_SHARES = "nvmlDeviceGetProcessesUtilizationInfo"
COMPUTE = "nvmlDeviceGetComputeRunningProcesses_v3"


@pytest.fixture
def meter(tmp_path: Path) -> Iterator[Metered]:
    """An open meter; this process stands for lane a."""
    with Metered(tmp_path) as metered:
        yield metered


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A child of the lane's."""
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


def sampled(meter: Metered, percent: int, pid: int = PID) -> None:
    """Have the driver tell one sample, just taken when the meter asks next."""
    stamp = BEGAN_US + round((meter.now_s + 0.4) * 1e6)
    meter.change(samples=(Utilization(pid, stamp, percent),))


def share(meter: Metered, after_s: float = 0.5) -> float | None:
    return meter.sample(after_s).lanes["a"].sm_percent


def test_a_lanes_memory_is_the_union_of_the_lists_with_its_children(
    meter: Metered, other: subprocess.Popen[bytes]
) -> None:
    meter.change(
        processes=(
            Process(PID, 3 * GIB), Process(other.pid, GIB), Process(1, 5 * GIB),
            Process(PID, 3 * GIB, kind="graphics"),  # the same memory in two lists
            Process(PID, None, kind="mps"),
        )
    )  # fmt: skip
    sample = meter.sample()
    assert sample.lanes["a"].memory_bytes == 4 * GIB  # this process and the child it started
    assert sample.others
    assert [(o.pid, o.memory_bytes) for o in sample.others] == [(1, 5 * GIB)]
    assert sample.others[0].name


def test_instances_of_one_process_add_up(meter: Metered) -> None:
    meter.change(
        processes=tuple(Process(PID, GIB, gpu_instance_id=number, compute_instance_id=0) for number in (1, 2))
    )
    assert meter.sample().lanes["a"].memory_bytes == 2 * GIB


def test_a_lane_that_is_not_listed_has_no_figure_rather_than_zero(meter: Metered) -> None:
    meter.change(processes=(Process(1, GIB),))
    assert meter.sample().lanes["a"].memory_bytes is None
    assert meter.figure("lanes.memory_bytes").state == "pending"


def test_memory_that_is_listed_but_not_told_is_unsupported(meter: Metered) -> None:
    meter.change(processes=(Process(PID, None),))
    assert meter.sample().lanes["a"].memory_bytes is None
    figure = meter.figure("lanes.memory_bytes")
    assert (figure.state, "not its memory" in figure.reason) == ("unsupported", True)


def test_without_the_compute_list_nothing_is_said_of_processes(meter: Metered) -> None:
    meter.change(processes=(Process(PID, GIB, kind="graphics"),))
    meter.fail(Fault(COMPUTE, 999))
    sample = meter.sample()
    assert sample.lanes["a"].memory_bytes is None
    assert sample.others == ()


def test_cpu_and_rss_come_along_from_the_host(meter: Metered) -> None:
    reading = meter.sample().lanes["a"]
    assert reading.rss_bytes is not None
    assert reading.rss_bytes > 0
    assert reading.cpu_percent is None
    assert meter.figure("lanes.cpu_percent").state == "pending"
    assert meter.sample().lanes["a"].cpu_percent is not None
    assert meter.figure("lanes.cpu_percent").source == "host"


def test_sm_share_keeps_last_seen_and_smooths(meter: Metered) -> None:
    sampled(meter, 99)
    assert share(meter) is None  # older than the meter
    for step in range(1, 9):
        sampled(meter, 60 if step % 2 else 20)
        smoothed = share(meter, 1.0)
    assert smoothed == pytest.approx(40.0)
    assert meter.figure("lanes.sm_percent").state == "value"


def test_a_share_tells_how_old_its_newest_sample_is(meter: Metered) -> None:
    meter.sample()
    sampled(meter, 50)
    assert meter.sample().lanes["a"].sm_age_s == 0
    meter.change(samples=())
    for _ in range(4):
        sample = meter.sample()
    assert sample.lanes["a"].sm_age_s == 2


@pytest.mark.parametrize("code", [0, 6])
def test_no_samples_is_no_failure_and_decays_to_idle(meter: Metered, code: int) -> None:
    meter.sample()
    sampled(meter, 50)
    assert share(meter) == pytest.approx(50.0)
    meter.change(samples=())
    meter.fail(Fault(SHARES, code))
    assert share(meter) == pytest.approx(50.0)
    for _ in range(24):
        sample = meter.sample()
    assert sample.lanes["a"].sm_percent == 0.0
    assert meter.figure("lanes.sm_percent").state == "idle"


def test_the_newer_call_takes_over_where_the_older_is_missing(meter: Metered) -> None:
    meter.fail(Fault(SHARES, 3))
    meter.sample()
    sampled(meter, 50)
    assert share(meter) == pytest.approx(50.0)


def test_the_newer_call_is_tried_when_the_older_stays_empty_on_a_busy_gpu(meter: Metered) -> None:
    meter.change(gpu_percent=90)
    meter.fail(Fault(SHARES, 6))
    for _ in range(30):
        sampled(meter, 50)
        told = share(meter)
    assert told == pytest.approx(50.0)


def test_share_is_of_the_device_only_when_both_calls_are_missing(meter: Metered) -> None:
    meter.fail(Fault(SHARES, 3), Fault(NEWER_SHARES, 13))
    assert share(meter) is None
    figure = meter.figure("lanes.sm_percent")
    assert figure.state == "unsupported"
    assert figure.reason
    calls = meter.calls(SHARES) + meter.calls(NEWER_SHARES)
    meter.sample()
    assert meter.calls(SHARES) + meter.calls(NEWER_SHARES) == calls


def test_trouble_with_the_samples_is_not_idleness(meter: Metered) -> None:
    meter.sample()
    sampled(meter, 50)
    meter.sample()
    meter.fail(Fault(SHARES, 999))
    assert share(meter) is None
    assert meter.figure("lanes.sm_percent").state == "pending"


def test_a_list_that_grew_between_two_calls_is_asked_again(meter: Metered) -> None:
    meter.change(processes=(Process(PID, GIB),))
    meter.fail(Fault(COMPUTE, 7, from_call=1, to_call=2))
    assert meter.sample().lanes["a"].memory_bytes == GIB
