"""The NVML meter on the device as a whole, one rule of the driver at a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.fake_nvml import GIB
from tests.unit.nvml_bench import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.meter.open()
    yield made
    made.meter.close()
    assert made.nvml.started == 0


def test_the_device_is_read_whole(bench: Bench) -> None:
    device = bench.sample().device
    assert device.memory_total_bytes == 24 * GIB
    assert device.memory_used_bytes == 2 * GIB + GIB // 2  # the driver's reserve is not free either
    assert (device.utilization_percent, device.power_w, device.temperature_c) == (90.0, 123.456, 61.0)
    assert (device.sm_clock_mhz, device.memory_clock_mhz) == (1800, 9500)
    assert device.memory_reserved_bytes == GIB // 2
    assert "reserves" in bench.figure("device.memory_used_bytes").reason


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
