"""The NVML meter over a stand-in binding, one rule of the driver at a time; the lanes are real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.unit.fake_nvml import GIB, UUID, FakeGpu, FakeNvml, listed, sampled
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.meters.nvml import NvmlMeter
from training.meters.nvml_library import meaning
from training.plan import Lane
from training.record.device_records import Figure, Sample

SECOND_US = 1_000_000


class Bench:
    """An open meter over one GPU, with a clock the test turns; this process stands for lane a."""

    def __init__(self) -> None:
        self.now = 0.0
        self.gpu = FakeGpu()
        self.nvml = FakeNvml(self.gpu)
        self.meter = NvmlMeter(UUID, binding=self.nvml, clock=lambda: self.now)
        self.pid = os.getpid()

    def sample(self, after_s: float = 0.5, lanes: dict[Lane, int] | None = None) -> Sample:
        self.now += after_s
        processes = {lane: LaneProcess(pid) for lane, pid in (lanes or {"a": self.pid}).items()}
        return self.meter.sample(self.now, processes)

    def figure(self, name: str) -> Figure:
        return self.meter.source(self.now).figures[name]


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


def test_the_device_is_read_whole(bench: Bench) -> None:
    device = bench.sample().device
    assert device.memory_total_bytes == 24 * GIB
    assert device.memory_used_bytes == 2 * GIB + GIB // 2  # the driver's reserve is not free either
    assert (device.utilization_percent, device.power_w, device.temperature_c) == (90.0, 123.456, 61.0)
    assert (device.sm_clock_mhz, device.memory_clock_mhz) == (1800, 9500)
    assert "512 MiB" in bench.figure("device.memory_used_bytes").reason


def test_memory_of_the_older_struct_is_used_where_the_newer_is_missing(bench: Bench) -> None:
    bench.nvml.missing.add("nvmlDeviceGetMemoryInfo_v2")
    assert bench.sample().device.memory_used_bytes == 2 * GIB + GIB // 2
    calls = bench.nvml.calls.count("nvmlDeviceGetMemoryInfo")
    bench.sample()
    assert bench.nvml.calls.count("nvmlDeviceGetMemoryInfo") == calls + 1  # the newer is not asked again


def test_energy_counts_from_the_opening(bench: Bench) -> None:
    assert bench.sample().device.energy_j == 0.0
    bench.gpu.energy_mj += 2_500
    assert bench.sample().device.energy_j == pytest.approx(2.5)


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
    assert (figure.state, "WSL2" in figure.reason) == ("unsupported", True)


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


@pytest.mark.parametrize("code", [15, 16])
@pytest.mark.parametrize(
    "call", ["nvmlDeviceGetMemoryInfo", "nvmlDeviceGetProcessUtilization", "nvmlDeviceGetPowerUsage"]
)
def test_a_lost_gpu_ends_metering(bench: Bench, code: int, call: str) -> None:
    bench.sample()
    bench.nvml.errors[call] = code
    with pytest.raises(DeviceLostError):
        bench.sample()


def test_no_permission_ends_a_figure_and_leaves_the_others(bench: Bench) -> None:
    bench.nvml.errors["nvmlDeviceGetPowerUsage"] = 4
    device = bench.sample().device
    assert (device.power_w, device.temperature_c) == (None, 61.0)
    figure = bench.figure("device.power_w")
    assert (figure.state, "administrator" in figure.reason) == ("unsupported", True)
    bench.sample()
    assert bench.nvml.calls.count("nvmlDeviceGetPowerUsage") == 1


@pytest.mark.parametrize("code", [3, 13, 25])
def test_what_the_driver_does_not_know_is_asked_once(bench: Bench, code: int) -> None:
    bench.nvml.errors["nvmlDeviceGetTotalEnergyConsumption"] = code
    assert bench.sample().device.energy_j is None
    bench.sample()
    assert bench.nvml.calls.count("nvmlDeviceGetTotalEnergyConsumption") == 1
    assert bench.figure("device.energy_j").state == "unsupported"


def test_a_function_the_binding_lacks_is_unsupported(bench: Bench) -> None:
    bench.nvml.missing.add("nvmlDeviceGetTotalEnergyConsumption")
    assert bench.sample().device.energy_j is None
    assert bench.figure("device.energy_j").state == "unsupported"


@pytest.mark.parametrize("code", [10, 999, 17])
def test_time_outs_back_off_and_recover(bench: Bench, code: int) -> None:
    bench.nvml.errors["nvmlDeviceGetTemperature"] = code
    for _ in range(60):  # half a minute
        assert bench.sample().device.temperature_c is None
    assert bench.nvml.calls.count("nvmlDeviceGetTemperature") < 8
    assert bench.figure("device.temperature_c").state == "pending"
    del bench.nvml.errors["nvmlDeviceGetTemperature"]
    assert bench.sample(61.0).device.temperature_c == 61.0
    assert bench.figure("device.temperature_c").state == "value"


def test_a_list_that_grew_between_two_calls_is_asked_again(bench: Bench) -> None:
    bench.gpu.compute = [listed(bench.pid, GIB)]
    bench.nvml.errors["nvmlDeviceGetComputeRunningProcesses_v3"] = [7, 7]
    assert bench.sample().lanes["a"].memory_bytes == GIB


def test_a_library_that_forgot_is_started_again(bench: Bench) -> None:
    bench.sample()
    bench.nvml.forgotten = True
    assert bench.sample().device.temperature_c == 61.0
    bench.nvml.started = 1  # the first start is what was forgotten


def test_unified_memory_is_the_machines(bench: Bench) -> None:
    bench.gpu.total = bench.gpu.used = bench.gpu.reserved = 0
    device = bench.sample().device
    assert device.memory_total_bytes is not None
    assert device.memory_total_bytes > GIB // 4
    figure = bench.figure("device.memory_total_bytes")
    assert (figure.source, "unified" in figure.reason) == ("host", True)


def test_memory_that_may_not_be_read_is_not_called_unified(bench: Bench) -> None:
    bench.nvml.errors["nvmlDeviceGetMemoryInfo"] = 4
    assert bench.sample().device.memory_total_bytes is None
    assert bench.figure("device.memory_total_bytes").state == "unsupported"


def test_utilisation_beyond_a_hundred_is_not_believed(bench: Bench) -> None:
    bench.gpu.utilization = 2147483632
    assert bench.sample().device.utilization_percent is None


def test_every_figure_of_a_sample_has_a_source(bench: Bench) -> None:
    sample = bench.sample()
    named = {f"device.{field}" for field in sample.device.__struct_fields__}
    named |= {f"lanes.{field}" for field in ("memory_bytes", "sm_percent", "cpu_percent", "rss_bytes")}
    assert named == set(bench.meter.source(0.0).figures)


@pytest.mark.parametrize(
    ("code", "said"),
    [(12, "no NVIDIA library"), (9, "no NVIDIA driver"), (18, "upgraded"), (4, "permission"), (999, "999")],
)
def test_what_is_missing_is_said_on_opening(code: int, said: str) -> None:
    nvml = FakeNvml(FakeGpu())
    nvml.errors["nvmlInit"] = code
    with pytest.raises(MeterError, match=said):
        NvmlMeter(UUID, binding=nvml).open()


def test_a_gpu_that_is_not_there_gives_the_library_back() -> None:
    nvml = FakeNvml(FakeGpu(uuid="GPU-other"))
    with pytest.raises(MeterError, match=UUID):
        NvmlMeter(UUID, binding=nvml).open()
    assert nvml.started == 0


def test_a_meter_that_is_not_open_says_so() -> None:
    with pytest.raises(MeterError, match="not open"):
        NvmlMeter(UUID, binding=SimpleNamespace()).sample(0.0, {})


def test_codes_without_a_rule_are_transient() -> None:
    assert meaning(10) == meaning(999) == meaning(12345) == "transient"
