"""The simulated driver answers the real binding as NVIDIA's header says."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from tests.simulated_driver.binding import BindingProcess, started
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.error_codes import (
    GPU_IS_LOST,
    INVALID_ARGUMENT,
    NO_PERMISSION,
    NOT_FOUND,
    UNINITIALIZED,
    VERSION_MISMATCH,
)
from tests.simulated_driver.metering import MeterProcess
from tests.simulated_driver.scenario import GIB, MIB, UUID, Delay, Device, Fault, Mig, Process, Scenario
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.plan import PlannedDevice

SECOND = 1_000_000
NOON = 1_700_000_000 * SECOND


def test_it_says_what_the_machine_and_its_gpus_are(simulated_driver: SimulatedDriver) -> None:
    second = Device(uuid="GPU-22222222", name="NVIDIA Other = 50% GPU", architecture=9, compute_mode=3)
    simulated_driver.play(Scenario((Device(), second), driver_version="550.54.14", cuda_version=12040))
    with started(simulated_driver) as child:
        assert child.tell("nvmlSystemGetDriverVersion()") == "550.54.14"
        assert child.tell("nvmlSystemGetCudaDriverVersion_v2()") == 12040
        assert child.tell("nvmlSystemGetNVMLVersion()") == "12.550.54.14"
        assert child.tell("nvmlDeviceGetCount()") == 2
        assert child.tell("nvmlDeviceGetUUID(gpu)") == UUID
        assert (
            child.tell("other = nvmlDeviceGetHandleByUUID('GPU-22222222')", "nvmlDeviceGetIndex(other)") == 1
        )
        assert child.tell("nvmlDeviceGetName(other)") == second.name
        assert child.tell("nvmlDeviceGetComputeMode(other)") == 3
        assert child.tell("nvmlDeviceGetArchitecture(other)") == 9
        assert child.tell("list(nvmlDeviceGetCudaComputeCapability(other))") == [9, 0]
        assert child.tell("nvmlDeviceGetPciInfo(other).busId") == "00000000:11:00.0"
        bus = "nvmlDeviceGetIndex(nvmlDeviceGetHandleByPciBusId(b'00000000:11:00.0'))"
        assert child.tell(bus) == 1
        assert child.tell("nvmlDeviceGetMinorNumber(other)") == 1
        assert child.tell("nvmlDeviceGetVirtualizationMode(gpu)") == 0
        assert child.tell("nvmlDeviceGetPersistenceMode(gpu)") == 1
        assert child.tell("nvmlDeviceGetAccountingMode(gpu)") == 0
        assert child.refusal("nvmlDeviceGetHandleByIndex(2)") == INVALID_ARGUMENT
        assert child.refusal("nvmlDeviceGetHandleByUUID('GPU-3')") == NOT_FOUND
        assert child.tell("nvmlErrorString(15)") == "GPU is lost"


def test_nothing_works_before_the_first_start_and_after_the_last_stop(
    simulated_driver: SimulatedDriver,
) -> None:
    with BindingProcess(simulated_driver) as child:
        child.tell("nvmlInit()", "nvmlInit()", "gpu = nvmlDeviceGetHandleByIndex(0)", "0")
        assert child.refusal("nvmlShutdown()", "nvmlDeviceGetUUID(gpu)") is None, (
            "started twice, stopped once"
        )
        assert child.refusal("nvmlShutdown()", "nvmlDeviceGetUUID(gpu)") == UNINITIALIZED
        assert child.refusal("nvmlShutdown()") == UNINITIALIZED
        assert child.refusal("nvmlInit()", "nvmlDeviceGetUUID(gpu)") == INVALID_ARGUMENT, (
            "a handle of the last life"
        )
        assert child.tell("nvmlDeviceGetUUID(nvmlDeviceGetHandleByIndex(0))") == UUID


def test_nothing_of_the_library_survives_a_fork(simulated_driver: SimulatedDriver) -> None:
    with started(simulated_driver) as child:
        code = child.tell(
            "pid = os.fork()",
            "if not pid:",
            "    first = code_of(nvmlDeviceGetUUID, gpu)",
            "    nvmlInit()",
            "    works = nvmlDeviceGetUUID(nvmlDeviceGetHandleByIndex(0)).startswith('GPU-')",
            "    os._exit(first if works else 99)",
            "os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])",
        )
        assert code == UNINITIALIZED
        assert child.tell("nvmlDeviceGetUUID(gpu)") == UUID, "the parent goes on"
    assert simulated_driver.calls()["nvmlInitWithFlags"] == 2, "parent and child count each for themselves"
    assert simulated_driver.calls()["nvmlDeviceGetUUID"] == 3


def test_memory_of_the_first_version_includes_the_reserve(simulated_driver: SimulatedDriver) -> None:
    with started(simulated_driver) as child:
        assert child.tell("m = nvmlDeviceGetMemoryInfo(gpu)", "[m.total, m.used, m.free]") == [
            24 * GIB,
            2 * GIB + 512 * MIB,
            21 * GIB + 512 * MIB,
        ]
        assert child.tell(
            "m = nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2)", "[m.total, m.used, m.free, m.reserved]"
        ) == [24 * GIB, 2 * GIB, 21 * GIB + 512 * MIB, 512 * MIB]
        assert child.refusal("nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2 + 1)") == VERSION_MISMATCH
        simulated_driver.play(Scenario((Device(memory_total_bytes=0, memory_used_bytes=0),)))
        assert child.tell("nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2).total") == 0


def test_it_tells_power_heat_clocks_and_what_is_broken(simulated_driver: SimulatedDriver) -> None:
    device = Device(
        power_mw=250_500,
        temperature_c=71,
        sm_clock_mhz=1410,
        memory_clock_mhz=1215,
        event_reasons=0x24,
        gpu_percent=93,
        memory_percent=40,
        ecc_errors=2,
        retired_pending=1,
        remap_pending=1,
        remap_failed=1,
    )
    simulated_driver.play(Scenario((device,)))
    with started(simulated_driver) as child:
        assert child.tell("nvmlDeviceGetPowerUsage(gpu)") == 250_500
        assert child.tell("nvmlDeviceGetEnforcedPowerLimit(gpu)") == 350_000
        assert child.tell("nvmlDeviceGetPowerManagementLimit(gpu)") == 350_000
        assert child.tell("nvmlDeviceGetTemperature(gpu, NVML_TEMPERATURE_GPU)") == 71
        assert child.tell("nvmlDeviceGetTemperatureV(gpu, NVML_TEMPERATURE_GPU)") == 71
        assert child.tell("nvmlDeviceGetClockInfo(gpu, NVML_CLOCK_SM)") == 1410
        assert child.tell("nvmlDeviceGetClockInfo(gpu, NVML_CLOCK_MEM)") == 1215
        assert child.tell("nvmlDeviceGetCurrentClocksEventReasons(gpu)") == 0x24
        assert child.tell("nvmlDeviceGetCurrentClocksThrottleReasons(gpu)") == 0x24
        assert child.tell("u = nvmlDeviceGetUtilizationRates(gpu)", "[u.gpu, u.memory]") == [93, 40]
        assert child.tell("nvmlDeviceGetTotalEccErrors(gpu, 1, 0)") == 2
        assert child.tell("nvmlDeviceGetTotalEccErrors(gpu, 0, 0)") == 0
        assert child.tell("nvmlDeviceGetRetiredPagesPendingStatus(gpu)") == 1
        assert child.tell("list(nvmlDeviceGetRemappedRows(gpu))") == [0, 1, 1, 1]
        assert child.tell("nvmlDeviceGetEncoderUtilization(gpu)") == [0, 167000]
        mismatch = "t = pynvml.c_nvmlTemperature_v1_t(); t.version = 7"
        call = "pynvml._nvmlGetFunctionPointer('nvmlDeviceGetTemperatureV')(gpu, pynvml.byref(t))"
        assert child.tell(mismatch, call) == VERSION_MISMATCH


def test_energy_grows_by_the_power_as_time_passes(simulated_driver: SimulatedDriver) -> None:
    simulated_driver.play(Scenario((Device(power_mw=100_000, energy_mj=7000),), clock_us=NOON))
    with started(simulated_driver) as child:
        energy = "nvmlDeviceGetTotalEnergyConsumption(gpu)"
        assert child.tell(energy) == 7000
        later = replace(simulated_driver.scenario, clock_us=NOON + 2 * SECOND)
        simulated_driver.play(later)
        assert child.tell(energy) == 7000 + 2 * 100_000
        simulated_driver.play(replace(later, clock_us=NOON))
        assert child.tell(energy) == 207_000, "a clock set back takes nothing away"
        simulated_driver.play(replace(later, devices=(Device(energy_mj=0),)))
        assert child.tell(energy) == 0, "the driver was loaded again"


def test_faults_come_at_their_calls(simulated_driver: SimulatedDriver) -> None:
    power = "code_of(nvmlDeviceGetPowerUsage, gpu)"
    faults = (Fault("nvmlDeviceGetPowerUsage", 10, from_call=2, to_call=3),)
    simulated_driver.play(Scenario(faults=faults))
    with started(simulated_driver) as child:
        assert [child.tell(power) for _ in range(4)] == [None, 10, 10, None]
        simulated_driver.play(Scenario(faults=(Fault("*", NO_PERMISSION),)))
        assert child.tell(power) == NO_PERMISSION
        assert child.refusal("nvmlInit()") is None, "starting is not part of all"
        simulated_driver.play(Scenario(faults=(Fault("nvmlDeviceGetProcessUtilization", 0),)))
        empty = "code_of(nvmlDeviceGetProcessUtilization, gpu, 0)"
        assert child.tell(empty) == 0, "an empty success, which the binding raises"
        simulated_driver.play(Scenario(faults=(Fault("nvmlInit_v2", 18),)))
        assert child.refusal("nvmlInit()") == 18, "whichever door the binding takes"
    both = (Device(), Device(uuid="GPU-2", mig_mode=1, mig=(Mig("MIG-a"),)))
    lost = Fault("*", GPU_IS_LOST, device="GPU-2", from_call=3)
    simulated_driver.play(Scenario(both, (lost,)))
    with started(simulated_driver) as child:
        child.tell("two = nvmlDeviceGetHandleByIndex(1)", "mig = nvmlDeviceGetHandleByUUID('MIG-a')", "0")
        assert [child.tell(power) for _ in range(3)] == [None] * 3, "the other GPU is well"
        assert [child.tell(power.replace("gpu", "two")) for _ in range(3)] == [None, GPU_IS_LOST, GPU_IS_LOST]
        assert child.refusal("nvmlDeviceGetUUID(mig)", "nvmlDeviceGetUUID(mig)") == GPU_IS_LOST
        simulated_driver.play(Scenario((Device(),)))
        assert child.refusal("nvmlDeviceGetUUID(two)") == GPU_IS_LOST, "it is not there any more"


def test_a_slow_call_holds_up_no_other(simulated_driver: SimulatedDriver) -> None:
    simulated_driver.play(Scenario(delays=(Delay("nvmlDeviceGetName", 0.4, from_call=2, to_call=2),)))
    with started(simulated_driver) as child:
        timed = "began = time.monotonic(); nvmlDeviceGetName(gpu); took = time.monotonic() - began"
        assert child.tell(timed, "took") < 0.2
        others = child.tell(
            "slow = threading.Thread(target=nvmlDeviceGetName, args=(gpu,))",
            "slow.start()",
            "calls = 0",
            "while slow.is_alive(): nvmlDeviceGetUUID(gpu); calls += 1",
            "calls",
        )
        assert others > 100
        pcie = (
            "began = time.monotonic(); nvmlDeviceGetPcieThroughput(gpu, 0); took = time.monotonic() - began"
        )
        assert child.tell(pcie, "took") >= 0.02


def test_a_program_finds_each_new_scenario_at_its_next_call(simulated_driver: SimulatedDriver) -> None:
    with started(simulated_driver) as child:
        for celsius in range(40, 90):  # faster than a file system's clock ticks
            simulated_driver.play(Scenario((Device(temperature_c=celsius),)))
            assert child.tell("nvmlDeviceGetTemperature(gpu, 0)") == celsius
    assert simulated_driver.calls()["nvmlDeviceGetTemperature"] == 50
    assert "nvmlDeviceGetPcieThroughput" not in simulated_driver.calls()


def test_a_scenario_it_cannot_read_is_said_aloud(simulated_driver: SimulatedDriver) -> None:
    (simulated_driver.folder / "scenario").write_text("device uuid=x\nend\n")
    with BindingProcess(simulated_driver) as child:
        assert child.refusal("nvmlInit()") == 999
    assert "line 1 (device): name is missing" in child.said


def test_the_meters_process_meters_and_raises_as_the_meter_does(simulated_driver: SimulatedDriver) -> None:
    device = PlannedDevice(kind="gpu", name="GPU", uuid=UUID)
    pid = os.getpid()
    scenario = Scenario(
        (Device(gpu_percent=70, processes=(Process(pid, GIB),), busy={pid: 40}),), clock_us=NOON
    )
    simulated_driver.play(scenario)
    with MeterProcess(simulated_driver, device) as meter:
        for tick in range(20):
            simulated_driver.play(replace(scenario, clock_us=NOON + tick * SECOND // 2))
            sample, source = meter.sample(tick / 2, {"a": LaneProcess(pid)})
        assert sample.t == 9.5
        assert sample.device.utilization_percent == 70
        assert sample.lanes["a"].memory_bytes == GIB
        assert sample.lanes["a"].sm_percent == pytest.approx(40, abs=1)
        assert source.figures["lanes.memory_bytes"].state == "value"
        assert meter.cpu_s() > 0
        assert simulated_driver.calls()["nvmlDeviceGetUtilizationRates"] == 20
        assert simulated_driver.calls()["nvmlDeviceGetPcieThroughput"] == 0, (
            "it would hold up every sample by 20 ms"
        )
        simulated_driver.play(Scenario(faults=(Fault("*", GPU_IS_LOST),)))
        with pytest.raises(DeviceLostError, match="fallen off the bus"):
            meter.sample(11.0, {})
    simulated_driver.play(scenario)
    another = PlannedDevice(kind="gpu", name="GPU", uuid="GPU-none")
    with pytest.raises(MeterError, match="GPU-none"), MeterProcess(simulated_driver, another):
        pass
