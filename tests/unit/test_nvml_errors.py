"""What the NVML meter does with each error of the driver, over the simulated driver; codes as in nvml.h."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering import MeterProcess
from tests.simulated_driver.scenario import GIB, UUID, Device, Fault, Gpm, Process, Scenario
from tests.unit.metered import Metered
from training.meters.meter import DeviceLostError, MeterError
from training.meters.nvml import NvmlMeter
from training.meters.nvml_library import meaning
from training.plan import PlannedDevice
from training.record.device_records import FigureState


@dataclass(frozen=True)
class Rule:
    """A fault, what a sample then holds, what its figure says, and how often 10 samples asked (at most)."""

    what: str
    fault: Fault
    field: str
    value: Any
    state: FigureState
    says: str
    asked: int


RULES = (
    Rule("not found", Fault("nvmlDeviceGetPowerUsage", 6), "power_w", None, "idle", "no samples", 10),
    Rule(
        "not supported, older way",
        Fault("nvmlDeviceGetEnforcedPowerLimit", 3),
        *("power_limit_w", 350.0, "value", "", 1),
    ),
    Rule(
        "function not found, older way",
        Fault("nvmlDeviceGetCurrentClocksEventReasons", 13),
        *("event_reasons", ("power cap",), "value", "", 1),
    ),
    Rule(
        "version mismatch, older way",
        Fault("nvmlDeviceGetMemoryInfo_v2", 25),
        *("memory_used_bytes", 2 * GIB + GIB // 2, "value", "reserves", 1),
    ),
    *(
        Rule(
            f"{code}, no other way",
            Fault("nvmlDeviceGetTotalEnergyConsumption", code),
            *("energy_j", None, "unsupported", "does not tell", 1),
        )
        for code in (3, 13, 25)
    ),
    Rule(
        "no permission",
        Fault("nvmlDeviceGetPowerUsage", 4),
        "power_w",
        None,
        "unsupported",
        "administrator",
        1,
    ),
    Rule(
        "uninitialized once",
        Fault("nvmlDeviceGetPowerUsage", 1, from_call=4, to_call=4),
        *("power_w", 60.0, "value", "", 11),
    ),
    Rule(
        "uninitialized for good",
        Fault("nvmlDeviceGetPowerUsage", 1),
        *("power_w", None, "pending", "starting it again", 6),
    ),
    Rule(
        "a list that grew, once",
        Fault("nvmlDeviceGetTemperature", 7, from_call=2, to_call=3),
        *("temperature_c", 45.0, "value", "", 12),
    ),
    Rule(
        "a list that never stops growing",
        Fault("nvmlDeviceGetTemperature", 7),
        *("temperature_c", None, "pending", "kept growing", 9),
    ),
    Rule(
        "driver gone", Fault("nvmlDeviceGetPowerUsage", 9), "power_w", None, "pending", "no NVIDIA driver", 3
    ),
    Rule(
        "library gone",
        Fault("nvmlDeviceGetPowerUsage", 12),
        "power_w",
        None,
        "pending",
        "no NVIDIA library",
        3,
    ),
    Rule("driver upgraded", Fault("nvmlDeviceGetPowerUsage", 18), "power_w", None, "pending", "reboot", 3),
    Rule("time-out", Fault("nvmlDeviceGetPowerUsage", 10), "power_w", None, "pending", "in time", 3),
    Rule(
        "unknown",
        Fault("nvmlDeviceGetPowerUsage", 999),
        "power_w",
        None,
        "pending",
        "failures in a row: 3",
        3,
    ),
    Rule("any other", Fault("nvmlDeviceGetPowerUsage", 17), "power_w", None, "pending", "error 17", 3),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.what)
def test_each_error_has_its_rule(tmp_path: Path, rule: Rule) -> None:
    with Metered(tmp_path, Device(event_reasons=4)) as metered:
        metered.fail(rule.fault)
        for _ in range(10):  # five seconds
            device = metered.read()
            assert device.memory_clock_mhz == 9500  # the others go on
        assert getattr(device, rule.field) == rule.value
        figure = metered.figure(f"device.{rule.field}")
        assert (figure.state, rule.says in figure.reason) == (rule.state, True), figure
        assert metered.calls(rule.fault.function) <= rule.asked


@pytest.mark.parametrize("code", [0, 6])
def test_no_new_samples_is_no_failure(tmp_path: Path, code: int) -> None:
    with Metered(tmp_path) as metered:
        metered.fail(Fault("nvmlDeviceGetProcessUtilization", code))
        for _ in range(10):
            metered.read()
        assert "failure" not in metered.figure("lanes.sm_percent").reason
        assert metered.calls("nvmlDeviceGetProcessUtilization") >= 10


def test_a_process_that_comes_between_the_bindings_two_calls_is_found(tmp_path: Path) -> None:
    with Metered(tmp_path, Device(processes=(Process(1, GIB),))) as metered:
        metered.fail(Fault("nvmlDeviceGetComputeRunningProcesses_v3", 7, from_call=2, to_call=2))
        others = metered.sample().others
        assert others
        assert [(other.pid, other.memory_bytes) for other in others] == [(1, GIB)]


@pytest.mark.parametrize("code", [10, 999, 17])
def test_a_figure_that_failed_for_long_is_asked_seldom_and_recovers(tmp_path: Path, code: int) -> None:
    with Metered(tmp_path) as metered:
        metered.fail(Fault("nvmlDeviceGetTemperature", code))
        for _ in range(60):  # half a minute
            assert metered.read().temperature_c is None
        assert metered.calls("nvmlDeviceGetTemperature") < 8
        metered.fail()
        assert metered.read(61.0).temperature_c == 45.0
        assert metered.figure("device.temperature_c").state == "value"


def test_a_clock_that_was_set_back_prolongs_no_pause(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        metered.read(1000.0)
        metered.fail(Fault("nvmlDeviceGetTemperature", 999))
        metered.read()
        metered.fail()
        assert metered.read(-900.0).temperature_c == 45.0


def test_a_library_that_forgot_is_started_once_for_all_that_fail(tmp_path: Path) -> None:
    device = Device(architecture=9, gpm=Gpm(sm_active=50.0))
    with Metered(tmp_path, device) as metered:
        metered.read()
        starts = metered.calls("nvmlInitWithFlags")
        metered.fail(Fault("*", 1))
        for _ in range(2):
            assert metered.read().power_w is None
        assert metered.calls("nvmlInitWithFlags") == starts + 1
        metered.fail()
        metered.read(5.0)
        device_now = metered.read()
        assert (device_now.power_w, device_now.memory_total_bytes) == (60.0, 24 * GIB)
        assert device_now.sm_active_percent == 50.0
        assert metered.calls("nvmlInitWithFlags") <= starts + 2


def test_a_library_that_cannot_be_started_again_is_tried_ever_more_seldom(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        metered.read()
        starts = metered.calls("nvmlInitWithFlags")
        metered.fail(Fault("*", 1), Fault("nvmlInit_v2", 9))
        for _ in range(60):
            assert metered.read().power_w is None
        assert metered.calls("nvmlInitWithFlags") <= starts + 6
        metered.fail()
        assert metered.read(61.0).power_w == 60.0


@pytest.mark.parametrize("code", [15, 16])
@pytest.mark.parametrize(
    "function",
    [
        "nvmlDeviceGetMemoryInfo_v2",
        "nvmlDeviceGetPowerUsage",
        "nvmlDeviceGetProcessUtilization",
        "nvmlDeviceGetComputeRunningProcesses_v3",
        "nvmlGpmSampleGet",
    ],
)
def test_a_lost_gpu_ends_metering(tmp_path: Path, code: int, function: str) -> None:
    with Metered(tmp_path, Device(architecture=9, gpm=Gpm())) as metered:
        metered.read()
        metered.fail(Fault(function, code))
        with pytest.raises(DeviceLostError, match="GPU"):
            metered.read()


def test_a_gpu_that_is_gone_after_a_fresh_start_is_lost(tmp_path: Path) -> None:
    with Metered(tmp_path) as metered:
        metered.read()
        metered.fail(
            Fault("nvmlDeviceGetMemoryInfo_v2", 1, from_call=2, to_call=2),
            Fault("nvmlDeviceGetHandleByUUID", 6),
        )
        with pytest.raises(DeviceLostError, match="no longer lists"):
            metered.read()


@pytest.mark.parametrize(
    ("code", "said"),
    [(12, "no NVIDIA library"), (9, "no NVIDIA driver"), (18, "upgraded"), (4, "permission"), (999, "999")],
)
def test_what_is_missing_is_said_on_opening(tmp_path: Path, code: int, said: str) -> None:
    driver = SimulatedDriver(tmp_path, Scenario(faults=(Fault("nvmlInit_v2", code),)))
    with pytest.raises(MeterError, match=said), MeterProcess(driver, _gpu(UUID)):
        pass


def test_a_gpu_that_is_not_there_is_named(tmp_path: Path) -> None:
    driver = SimulatedDriver(tmp_path)
    with pytest.raises(MeterError, match="GPU-other"), MeterProcess(driver, _gpu("GPU-other")):
        pass


def test_a_meter_that_is_not_open_says_so() -> None:
    with pytest.raises(MeterError, match="not open"):
        NvmlMeter(UUID, binding=SimpleNamespace()).sample(0.0, {})


def test_codes_without_a_rule_are_transient() -> None:
    assert meaning(10) == meaning(999) == meaning(12345) == "transient"


def _gpu(uuid: str) -> PlannedDevice:
    return PlannedDevice(kind="gpu", name="NVIDIA", uuid=uuid)
