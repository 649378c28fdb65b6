"""What the NVML meter does with each error of the driver."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tests.unit.fake_nvml import UUID, FakeGpu, FakeNvml
from tests.unit.nvml_bench import Bench
from training.meters.meter import DeviceLostError, MeterError
from training.meters.nvml import NvmlMeter
from training.meters.nvml_library import meaning


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    made.meter.open()
    yield made
    made.meter.close()
    assert made.nvml.started == 0


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


def test_a_library_that_forgot_is_started_again(bench: Bench) -> None:
    bench.sample()
    bench.nvml.forgotten = True
    assert bench.sample().device.temperature_c == 61.0
    bench.nvml.started = 1  # the first start is what was forgotten


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
