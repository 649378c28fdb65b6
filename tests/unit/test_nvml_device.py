"""The NVML meter on the device as a whole, over the simulated driver: one rule of the driver at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, MIB, Device, Fault, Gpm, Mig, Process, Scenario
from tests.unit.metered import Metered
from training.meters.nvml_event_reasons import event_reasons
from training.record.device_records import DeviceReading

HOPPER = 9
FULL_GPM = Gpm(sm_active=71.5, sm_occupancy=33.0, tensor_active=12.25, dram_bandwidth=48.0)
GPM_NAMES = ("sm_active_percent", "sm_occupancy_percent", "tensor_active_percent", "dram_bandwidth_percent")


def gpm_of(reading: DeviceReading) -> tuple[float | None, ...]:
    return tuple(getattr(reading, name) for name in GPM_NAMES)


def test_the_device_is_read_whole_and_every_figure_has_a_source(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(gpu_percent=90, power_mw=123_456)) as metered:
        device = metered.read()
        assert device.memory_total_bytes == 24 * GIB
        assert device.memory_used_bytes == 2 * GIB + 512 * MIB  # the driver's reserve is not free either
        assert device.memory_reserved_bytes == 512 * MIB
        assert (device.utilization_percent, device.power_w, device.temperature_c) == (90.0, 123.456, 45.0)
        assert (device.sm_clock_mhz, device.memory_clock_mhz, device.power_limit_w) == (1800, 9500, 350.0)
        assert device.event_reasons == ()
        assert device.energy_j == 0.0
        for name in device.__struct_fields__:
            figure = metered.figure(f"device.{name}")
            assert figure.scope == "device"
            assert (figure.state == "value") == (getattr(device, name) is not None), name
        calls = metered.driver.calls()
    assert not [name for name in calls if "Pcie" in name]  # each such call takes 20 ms (nvml.h)


def test_an_older_driver_tells_as_much_in_its_own_way(tmp_path: Path) -> None:
    omit = (
        "nvmlDeviceGetMemoryInfo_v2",
        "nvmlDeviceGetCurrentClocksEventReasons",
        "nvmlDeviceGetEnforcedPowerLimit",
        "nvmlDeviceGetTemperatureV",
        "nvmlGpmQueryDeviceSupport",
    )
    with Metered(tmp_path, Device(event_reasons=0x4), omit=omit) as metered:
        device = metered.read()
        metered.read()
        assert device.memory_used_bytes == 2 * GIB + 512 * MIB
        assert device.memory_reserved_bytes is None
        assert metered.figure("device.memory_reserved_bytes").state == "unsupported"
        assert device.event_reasons == ("power cap",)
        assert (device.power_limit_w, device.temperature_c) == (350.0, 45.0)


def test_a_later_driver_without_the_older_temperature_is_asked_the_newer_way(tmp_path: Path) -> None:
    with Metered(tmp_path, omit=("nvmlDeviceGetTemperature",)) as metered:
        assert metered.read().temperature_c == 45.0


def test_energy_counts_from_the_opening_and_never_goes_back(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(power_mw=0)) as metered:
        assert metered.read().energy_j == 0.0
        metered.change(energy_mj=5_002_500)
        assert metered.read().energy_j == pytest.approx(2.5)
        metered.change(energy_mj=1_000)  # the driver was loaded again
        assert metered.read().energy_j == pytest.approx(2.5)
        metered.change(energy_mj=2_000)
        assert metered.read().energy_j == pytest.approx(3.5)


def test_the_power_limit_is_asked_once_a_minute(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        for _ in range(10):
            assert metered.read().power_limit_w == 350.0
        assert metered.calls("nvmlDeviceGetEnforcedPowerLimit") == 1
        metered.change(power_limit_mw=250_000)
        assert metered.read(61.0).power_limit_w == 250.0


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (0, ()),
        (0x1 | 0x2, ()),  # idle, and clocks an application set
        (0x4 | 0x1, ("power cap",)),
        (0x8 | 0x40, ("hardware slowdown", "hardware thermal")),
        (0x10 | 0x20 | 0x80 | 0x100, ("sync boost", "thermal", "power brake", "display clocks")),
    ],
)
def test_event_reasons_are_words(mask: int, words: tuple[str, ...]) -> None:
    assert event_reasons(mask) == words


def test_event_reasons_come_and_go(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(event_reasons=0x20)) as metered:
        assert metered.read().event_reasons == ("thermal",)
        metered.change(event_reasons=0x1)
        assert metered.read().event_reasons == ()


def test_gpm_tells_of_the_time_between_two_readings(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(architecture=HOPPER, gpm=FULL_GPM)) as metered:
        assert gpm_of(metered.read()) == (None,) * 4
        assert "two readings" in metered.figure("device.sm_active_percent").reason
        assert gpm_of(metered.read()) == (71.5, 33.0, 12.25, 48.0)
        assert gpm_of(metered.read(0.05)) == (71.5, 33.0, 12.25, 48.0)  # too soon for new counters
        for name in GPM_NAMES:
            figure = metered.figure(f"device.{name}")
            assert (figure.state, "whole device" in figure.reason) == ("value", True)
        metered.read()
        assert metered.calls("nvmlGpmSampleAlloc") == 2
    assert metered.calls("nvmlGpmSampleFree") == 2


def test_gpm_before_hopper_is_not_there(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        for _ in range(3):
            assert gpm_of(metered.read()) == (None,) * 4
        figure = metered.figure("device.tensor_active_percent")
        assert (figure.state, "Hopper" in figure.reason) == ("unsupported", True)
        assert metered.calls("nvmlGpmQueryDeviceSupport") == 1
        assert metered.calls("nvmlGpmSampleAlloc") == 0


def test_gpm_refused_once_is_never_asked_again(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(architecture=HOPPER, gpm=FULL_GPM)) as metered:
        metered.read()
        metered.read()
        metered.fail(Fault("nvmlGpmSampleGet", 4))
        assert gpm_of(metered.read()) == (None,) * 4
        metered.fail()
        asked = metered.calls("nvmlGpmSampleGet")
        assert gpm_of(metered.read(120.0)) == (None,) * 4
        assert metered.calls("nvmlGpmSampleGet") == asked
        figure = metered.figure("device.sm_active_percent")
        assert (figure.state, "administrator" in figure.reason) == ("unsupported", True)
        assert metered.calls("nvmlGpmSampleFree") == 2


def test_gpm_beyond_a_hundred_is_not_believed(tmp_path: Path) -> None:
    odd = Gpm(sm_active=100.4, sm_occupancy=250.0, tensor_active=1e6, dram_bandwidth=0.0)
    with Metered(tmp_path, Device(architecture=HOPPER, gpm=odd)) as metered:
        metered.read()
        assert gpm_of(metered.read()) == (100.0, None, None, 0.0)
        assert metered.figure("device.sm_occupancy_percent").state == "pending"


@pytest.mark.parametrize("refuses", [False, True])
def test_unified_memory_is_the_machines(tmp_path: Path, refuses: bool) -> None:
    with Metered(
        tmp_path, Device(memory_total_bytes=0, memory_used_bytes=0, memory_reserved_bytes=0)
    ) as metered:
        if refuses:
            metered.fail(Fault("nvmlDeviceGetMemoryInfo_v2", 3), Fault("nvmlDeviceGetMemoryInfo", 3))
        device = metered.read()
        assert device.memory_total_bytes is not None
        assert device.memory_total_bytes > GIB // 4
        assert device.memory_used_bytes is not None
        figure = metered.figure("device.memory_total_bytes")
        assert (figure.source, "unified" in figure.reason) == ("host", True)
        assert metered.figure("device.memory_reserved_bytes").state == "unsupported"


def test_a_gpu_with_memory_of_its_own_does_not_become_unified(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        metered.read()
        metered.change(memory_total_bytes=0, memory_used_bytes=0, memory_reserved_bytes=0)
        assert metered.read().memory_total_bytes is None
        assert metered.figure("device.memory_total_bytes").state == "pending"


def test_memory_that_may_not_be_read_is_not_called_unified(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        metered.fail(Fault("nvmlDeviceGetMemoryInfo_v2", 4))
        assert metered.read().memory_total_bytes is None
        assert metered.figure("device.memory_total_bytes").state == "unsupported"


def test_garbage_is_not_known(tmp_path: Path) -> None:
    garbage = Device(
        gpu_percent=2147483632,
        temperature_c=2147483632,
        power_mw=0xFFFFFFFF,
        memory_used_bytes=40 * GIB,
    )
    with Metered(tmp_path, garbage, omit=("nvmlDeviceGetMemoryInfo_v2",)) as metered:
        device = metered.read()
        assert (device.memory_used_bytes, device.memory_total_bytes) == (None, 24 * GIB)
        assert (device.utilization_percent, device.temperature_c, device.power_w) == (None, None, None)
        for name in ("memory_used_bytes", "utilization_percent", "temperature_c", "power_w"):
            figure = metered.figure(f"device.{name}")
            assert (figure.state, "cannot be true" in figure.reason) == ("pending", True)
        metered.change(gpu_percent=12)
        assert metered.read().utilization_percent == 12.0  # asked again at once: garbage is no failure


def test_on_a_vgpu_what_is_missing_says_why(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(virtualization=2)) as metered:
        metered.fail(Fault("nvmlDeviceGetPowerUsage", 3), Fault("nvmlDeviceGetTotalEnergyConsumption", 3))
        metered.read()
        metered.read()
        for name in ("power_w", "energy_j", "sm_active_percent"):
            figure = metered.figure(f"device.{name}")
            assert (figure.state, "vGPU" in figure.reason) == ("unsupported", True)
        assert metered.calls("nvmlDeviceGetVirtualizationMode") == 2  # by the device and by the processes


def test_a_gpu_in_mig_mode_says_why_it_tells_no_utilisation(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(mig_mode=1, mig=(Mig("MIG-1"),))) as metered:
        metered.fail(Fault("nvmlDeviceGetUtilizationRates", 3))
        assert metered.read().utilization_percent is None
        assert metered.figure("device.utilization_percent").reason == "the driver tells no utilisation on MIG"


_INSTANCE = """
import json, sys
import msgspec
from training.meters.capacity import read_capacity
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice, NvmlLibrary
library = NvmlLibrary()
library.start()
gpu, instance, number = sys.argv[1:]
now = 0.0
figures = DeviceFigures(NvmlDevice(library, instance), read_capacity(), clock=lambda: now,
                        parent=NvmlDevice(library, gpu), gpu_instance_id=int(number))
for line in sys.stdin:
    now += 0.5
    reading = figures.read()
    told = {"reading": reading, "figures": figures.figures()}
    print(msgspec.json.encode(told).decode(), flush=True)
figures.close()
library.stop()
"""


def test_a_mig_instance_has_its_memory_and_gpm_and_the_rest_of_the_whole_gpu(tmp_path: Path) -> None:
    instance = Mig("MIG-7", gpu_instance_id=7, memory_used_bytes=3 * GIB, gpm=FULL_GPM)
    device = Device(architecture=HOPPER, gpm=Gpm(sm_active=9.0), mig_mode=1, mig=(instance,), event_reasons=4)
    driver = SimulatedDriver(tmp_path, Scenario(devices=(device,), clock_us=10**15))
    child = subprocess.Popen(
        [sys.executable, "-c", _INSTANCE, device.uuid, instance.uuid, "7"],
        env=driver.environment_in(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin
    assert child.stdout
    told: dict[str, Any] = {}
    for step in range(2):
        driver.play(replace(driver.scenario, clock_us=10**15 + step * 500_000))
        child.stdin.write("\n")
        child.stdin.flush()
        told = json.loads(child.stdout.readline())
    child.communicate()
    reading, figures = told["reading"], told["figures"]
    assert reading["memory_total_bytes"] == 10 * GIB
    assert reading["memory_used_bytes"] == 3 * GIB
    assert reading["power_w"] == 60.0
    assert reading["event_reasons"] == ["power cap"]
    assert figures["power_w"]["reason"].startswith("of the whole GPU")
    assert "utilization_percent" not in reading
    assert figures["utilization_percent"]["state"] == "unsupported"
    assert figures["utilization_percent"]["reason"] == "the driver tells no utilisation on MIG"
    assert reading["sm_active_percent"] == 71.5
    assert "this MIG instance" in figures["sm_active_percent"]["reason"]
    assert driver.calls()["nvmlDeviceGetUtilizationRates"] == 0


def test_what_no_gpu_can_hold_draw_or_survive_is_not_believed(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        metered.change(power_mw=1_000_000_000, temperature_c=200, memory_used_bytes=1 << 62)
        metered.change(processes=(Process(os.getpid(), 1 << 61), Process(1, GIB)))
        sample = metered.sample()
    device = sample.device
    assert (device.power_w, device.temperature_c, device.memory_used_bytes) == (None, None, None)
    assert sample.lanes["a"].memory_bytes is None
    assert [other.memory_bytes for other in sample.others or ()] == [GIB]
    for name in ("power_w", "temperature_c", "memory_used_bytes"):
        assert metered.figure(f"device.{name}").reason
