"""The simulated driver answers the real binding as NVIDIA's header says."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulated_driver.binding import BindingProcess, started
from tests.simulated_driver.build import SONAME, function_names, library_folder
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering import MeterProcess
from tests.simulated_driver.scenario import (
    GIB,
    MIB,
    UUID,
    Delay,
    Device,
    Fault,
    Gpm,
    Mig,
    Process,
    Scenario,
    Utilization,
)
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.plan import PlannedDevice

UNINITIALIZED, INVALID_ARGUMENT, NOT_SUPPORTED, NO_PERMISSION = 1, 2, 3, 4
NOT_FOUND, INSUFFICIENT_SIZE, UNKNOWN_FUNCTION, GPU_IS_LOST, NO_DATA, VERSION = 6, 7, 13, 15, 21, 25

ROOT = Path(__file__).parents[2]
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
        assert child.refusal("nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2 + 1)") == VERSION
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
        assert child.tell(mismatch, call) == VERSION


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


def test_process_lists_ask_for_room_first(simulated_driver: SimulatedDriver) -> None:
    processes = (
        Process(10, 3 * GIB),
        Process(11, None),
        Process(12, 5 * MIB, "graphics"),
        Process(13, GIB, "mps"),
    )
    simulated_driver.play(Scenario((Device(processes=processes, architecture=9),)))
    listed = "[[p.pid, p.usedGpuMemory] for p in nvmlDeviceGet{}RunningProcesses{}(gpu)]"
    with started(simulated_driver) as child:
        for version in ("_v2", "_v3"):
            assert child.tell(listed.format("Compute", version)) == [[10, 3 * GIB], [11, None]]
            assert child.tell(listed.format("Graphics", version)) == [[12, 5 * MIB]]
            assert child.tell(listed.format("MPSCompute", version)) == [[13, GIB]]
        assert child.tell("nvmlDeviceGetComputeRunningProcesses_v3(gpu)[0].gpuInstanceId") == 0xFFFFFFFF
        raw = "list_v3 = pynvml._nvmlGetFunctionPointer('nvmlDeviceGetComputeRunningProcesses_v3')"
        child.tell(raw, "count = pynvml.c_uint(0)", "room = (pynvml.c_nvmlProcessInfo_v3_t * 2)()", "0")
        asked = "[list_v3(gpu, pynvml.byref(count), {}), count.value]"
        assert child.tell(asked.format("None")) == [INSUFFICIENT_SIZE, 2]
        assert child.tell("count.value = 1", asked.format("room")) == [INSUFFICIENT_SIZE, 2]
        assert child.tell(asked.format("None")) == [INVALID_ARGUMENT, 2]
        assert child.tell(asked.format("room")) == [0, 2]
        asked_detail = "nvmlDeviceGetRunningProcessDetailList(gpu, nvmlProcessDetailList_v1, {})"
        detail = f"[[p.pid, p.usedGpuMemory] for p in {asked_detail}]"
        assert child.tell(detail.format("NVML_PROCESS_MODE_MPS")) == [[13, GIB]]
        with pytest.raises(
            AssertionError, match="TypeError"
        ):  # the binding's own: it writes None into a C structure
            child.tell(detail.format("NVML_PROCESS_MODE_ALL"))
        simulated_driver.play(Scenario((Device(processes=(processes[0], *processes[2:]), architecture=9),)))
        assert [pid for pid, _ in child.tell(detail.format("NVML_PROCESS_MODE_ALL"))] == [10, 12, 13]
        wrong = "nvmlDeviceGetRunningProcessDetailList(gpu, 1, 0)"
        assert child.refusal(wrong) == INVALID_ARGUMENT, "the header names no version error here"
        simulated_driver.play(Scenario((Device(),)))
        assert child.tell("count.value = 0", asked.format("None")) == [0, 0], "nobody: at once a success"
        assert child.tell(listed.format("Compute", "_v3")) == []
        assert child.refusal(detail.format("0")) == NOT_SUPPORTED, "only from Hopper on"


UTILIZATION = "sorted([s.pid, s.timeStamp, s.smUtil] for s in nvmlDeviceGet{}(gpu, {}))"


@pytest.mark.parametrize("function", ["ProcessUtilization", "ProcessesUtilizationInfo"])
def test_samples_come_as_time_passes_and_only_the_newer_are_told(
    simulated_driver: SimulatedDriver, function: str
) -> None:
    def told(last_seen_us: int) -> list[list[int]]:
        answer = child.tell(UTILIZATION.format(function, last_seen_us))
        assert isinstance(answer, list)
        return answer

    def at(seconds: float, busy: dict[int, int], samples: tuple[Utilization, ...] = ()) -> None:
        device = Device(busy=busy, samples=samples)
        simulated_driver.play(Scenario((device,), clock_us=NOON + round(seconds * SECOND)))

    at(0, {10: 60, 11: 30, 12: 0})
    with started(simulated_driver) as child:
        assert child.refusal(UTILIZATION.format(function, 0)) == NOT_FOUND, "no time has passed"
        at(1, {10: 60, 11: 30, 12: 0})
        first = told(0)
        assert [[pid, percent] for pid, _, percent in first] == [[10, 60], [11, 30]], (
            "the idle have no sample"
        )
        newest = first[0][1]
        assert NOON < newest <= NOON + SECOND
        assert child.refusal(UTILIZATION.format(function, newest)) == NOT_FOUND, "seen already"
        at(2, {10: 20})
        assert [[pid, percent] for pid, _, percent in told(newest)] == [[10, 20]]
        both = {pid: percent for pid, _, percent in told(0)}
        assert 38 <= both[10] <= 42, "the mean of all that is kept"
        assert 13 <= both[11] <= 17, "whoever ended is kept, too"
        at(60, {10: 20})
        assert [pid for pid, _, _ in told(0)] == [10], "a ring of ten seconds"
        at(30, {13: 50})
        told(0)
        at(31, {13: 50})
        assert 13 in [pid for pid, _, _ in told(0)], "time was set back, and goes on from there"
        garbage = (
            Utilization(77, NOON + 99 * SECOND, 2147483632),
            Utilization(78, 5, 1, ignores_last_seen=True),
        )
        at(31, {}, garbage)
        later = NOON + 98 * SECOND
        assert told(later) == [[77, NOON + 99 * SECOND, 2147483632], [78, 5, 1]], "as they are"
        at(31, {}, (Utilization(78, 5, 1),))
        assert child.refusal(UTILIZATION.format(function, later)) == NOT_FOUND


def test_samples_come_by_the_real_clock_too(simulated_driver: SimulatedDriver) -> None:
    simulated_driver.play(Scenario((Device(busy={10: 60}, gpu_percent=61),)))
    with started(simulated_driver) as child:
        wait = "while code_of(nvmlDeviceGetProcessUtilization, gpu, 0) == 6: time.sleep(0.01)"
        stamp, percent = child.tell(
            wait, "s = nvmlDeviceGetProcessUtilization(gpu, 0)[0]", "[s.timeStamp, s.smUtil]"
        )
        assert percent == 60
        assert abs(stamp / SECOND - time.time()) < 30
        kind, value = child.tell("k, s = nvmlDeviceGetSamples(gpu, 1, 0)", "[k, s[0].sampleValue.uiVal]")
        assert (kind, value) == (1, 61)
        assert child.refusal(f"nvmlDeviceGetSamples(gpu, 1, {stamp + 3600 * SECOND})") == NOT_FOUND


def test_the_newer_call_wants_its_version(simulated_driver: SimulatedDriver) -> None:
    simulated_driver.play(Scenario((Device(samples=(Utilization(1, 9, 5), Utilization(2, 9, 5))),)))
    with started(simulated_driver) as child:
        child.tell(
            "info = pynvml.c_nvmlProcessesUtilizationInfo_v1_t()",
            "function = pynvml._nvmlGetFunctionPointer('nvmlDeviceGetProcessesUtilizationInfo')",
            "ask = lambda: function(gpu, pynvml.byref(info))",
            "0",
        )
        assert child.tell("info.version = 2", "ask()") == VERSION
        assert child.tell("info.version = pynvml.ProcessesUtilizationInfo_v1", "ask()") == INSUFFICIENT_SIZE
        assert child.tell("info.processSamplesCount") == 2
        assert child.tell(
            "info.processSamplesCount = 1",
            "info.procUtilArray = (pynvml.c_nvmlProcessUtilizationInfo_v1_t * 1)()",
            "[ask(), info.processSamplesCount]",
        ) == [INSUFFICIENT_SIZE, 2]


INSTANCES = (
    Mig("MIG-a", index=0, gpu_instance_id=1, processes=(Process(21, GIB),), memory_used_bytes=3 * GIB),
    Mig("MIG-c", index=2, gpu_instance_id=5, compute_instance_id=1, name="NVIDIA Simulated MIG 2g.20gb"),
)


def test_mig_instances_stand_below_their_gpu(simulated_driver: SimulatedDriver) -> None:
    device = Device(
        architecture=9, mig_mode=1, mig=INSTANCES, processes=(Process(22, MIB, gpu_instance_id=5),)
    )
    simulated_driver.play(Scenario((device,)))
    with started(simulated_driver) as child:
        assert child.tell("nvmlDeviceGetCount()") == 1
        assert child.tell("nvmlDeviceGetMigMode(gpu)") == [1, 1]
        assert child.tell("nvmlDeviceGetMaxMigDeviceCount(gpu)") == 7
        by_index = "code_of(nvmlDeviceGetMigDeviceHandleByIndex, gpu, {})"
        codes = [child.tell(by_index.format(index)) for index in (0, 1, 2, 7)]
        assert codes == [None, NOT_FOUND, None, INVALID_ARGUMENT]
        child.tell("mig = nvmlDeviceGetHandleByUUID('MIG-c')", "0")
        assert child.tell("nvmlDeviceGetName(mig)") == "NVIDIA Simulated MIG 2g.20gb"
        assert child.tell("nvmlDeviceGetUUID(mig)") == "MIG-c"
        assert child.tell("nvmlDeviceGetIndex(mig)") == 2
        assert child.tell("[nvmlDeviceGetGpuInstanceId(mig), nvmlDeviceGetComputeInstanceId(mig)]") == [5, 1]
        assert child.tell("[nvmlDeviceIsMigDeviceHandle(h).value for h in (gpu, mig)]") == [0, 1]
        parent = "nvmlDeviceGetUUID(nvmlDeviceGetDeviceHandleFromMigDeviceHandle(mig))"
        assert child.tell(parent) == UUID
        assert child.tell("nvmlDeviceGetAttributes(mig).memorySizeMB") == 10 * 1024
        assert child.refusal("nvmlDeviceGetAttributes(gpu)") == NOT_SUPPORTED
        assert child.tell("nvmlDeviceGetMemoryInfo(mig, nvmlMemory_v2).used") == 1 * GIB
        assert child.tell("nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2).used") == 2 * GIB
        listed = "[[p.pid, p.gpuInstanceId] for p in nvmlDeviceGetComputeRunningProcesses_v3({})]"
        assert child.tell(listed.format("mig")) == [[22, 5]]
        assert child.tell(listed.format("nvmlDeviceGetHandleByUUID('MIG-a')")) == [[21, 1]]
        assert child.tell(listed.format("gpu")) == [[22, 5], [21, 1]], "the GPU's list has them all"


def test_what_mig_does_not_tell(simulated_driver: SimulatedDriver) -> None:
    simulated_driver.play(Scenario((Device(architecture=9, mig_mode=1, mig=INSTANCES, busy={21: 50}),)))
    with started(simulated_driver) as child:
        child.tell("mig = nvmlDeviceGetMigDeviceHandleByIndex(gpu, 0)", "0")
        for call in (
            "nvmlDeviceGetUtilizationRates({})",
            "nvmlDeviceGetProcessUtilization({}, 0)",
            "nvmlDeviceGetProcessesUtilizationInfo({}, 0)",
            "nvmlDeviceGetEncoderUtilization({})",
            "nvmlDeviceGetSamples({}, 1, 0)",
        ):
            assert [child.refusal(call.format(h)) for h in ("gpu", "mig")] == [
                NOT_SUPPORTED,
                NOT_SUPPORTED,
            ], call
        assert child.refusal("nvmlDeviceGetComputeMode(gpu)") == NOT_SUPPORTED
        assert child.tell("nvmlDeviceGetComputeMode(mig)") == 0
        assert child.refusal("nvmlDeviceGetRemappedRows(gpu)") == NOT_SUPPORTED
        for name in (
            "PowerUsage",
            "TotalEnergyConsumption",
            "MigMode",
            "PersistenceMode",
            "CurrentClocksEventReasons",
        ):
            assert child.refusal(f"nvmlDeviceGet{name}(mig)") == INVALID_ARGUMENT, name
        assert child.refusal("nvmlDeviceGetGpuInstanceId(gpu)") == INVALID_ARGUMENT
        simulated_driver.play(Scenario((Device(architecture=9, mig=INSTANCES),)))
        assert child.refusal("nvmlDeviceGetUUID(mig)") == INVALID_ARGUMENT, "the instance was destroyed"
        assert child.tell("nvmlDeviceGetMigMode(gpu)") == [0, 0]
        assert child.tell("nvmlDeviceGetMaxMigDeviceCount(gpu)") == 0
        assert child.refusal("nvmlDeviceGetHandleByUUID('MIG-a')") == NOT_FOUND
        simulated_driver.play(Scenario((Device(),)))
        assert child.refusal("nvmlDeviceGetMigMode(gpu)") == NOT_SUPPORTED, "Ada has none"


GPM = (
    "def gpm(*ids):",
    "    wanted = pynvml.c_nvmlGpmMetricsGet_t(version=NVML_GPM_METRICS_GET_VERSION, numMetrics=len(ids))",
    "    wanted.sample1, wanted.sample2 = first, second",
    "    for place, metric in enumerate(ids): wanted.metrics[place].metricId = metric",
    "    nvmlGpmMetricsGet(wanted)",
    "    return [[m.nvmlReturn, m.value] for m in wanted.metrics[:len(ids)]]",
    "first, second = nvmlGpmSampleAlloc(), nvmlGpmSampleAlloc()",
)


def test_gpm_tells_from_two_samples_apart(simulated_driver: SimulatedDriver) -> None:
    told = Gpm(sm_active=71.5, sm_occupancy=32.25, tensor_active=12.0, dram_bandwidth=44.125)
    instance = replace(INSTANCES[0], gpm=Gpm(sm_active=9.0))
    device = Device(architecture=9, gpm=told, mig_mode=1, mig=(instance, INSTANCES[1]), gpu_percent=80)
    scenario = Scenario((device,), clock_us=NOON)
    simulated_driver.play(scenario)
    with started(simulated_driver) as child:
        assert child.tell("nvmlGpmQueryDeviceSupport(gpu).isSupportedDevice") == 1
        assert child.refusal(*GPM, "gpm(2)") == INVALID_ARGUMENT, "samples that were never read"
        child.tell("nvmlGpmSampleGet(gpu, first)", "nvmlGpmSampleGet(gpu, second)", "0")
        assert child.tell("[code for code, _ in gpm(2)]") == [NO_DATA], "less than 100 ms apart"
        simulated_driver.play(replace(scenario, clock_us=NOON + 200_000))
        answer = child.tell("nvmlGpmSampleGet(gpu, second)", "gpm(1, 2, 3, 5, 10, 12, 9999)")
        assert answer[:5] == [[0, 80.0], [0, 71.5], [0, 32.25], [0, 12.0], [0, 44.125]]
        assert [code for code, _ in answer[5:]] == [NOT_SUPPORTED, INVALID_ARGUMENT]
        child.tell("nvmlGpmMigSampleGet(gpu, 1, first)", "0")
        assert child.refusal("gpm(2)") == INVALID_ARGUMENT, "samples of two devices"
        simulated_driver.play(replace(scenario, clock_us=NOON + 400_000))
        mig = "nvmlGpmSampleGet(nvmlDeviceGetHandleByUUID('MIG-a'), second)"
        assert child.tell(mig, "gpm(2)") == [[0, 9.0]]
        assert child.refusal("nvmlGpmMigSampleGet(gpu, 5, first)") == NOT_SUPPORTED
        assert child.refusal("nvmlGpmMigSampleGet(gpu, 6, first)") == INVALID_ARGUMENT
        wrong = "nvmlGpmMetricsGet(pynvml.c_nvmlGpmMetricsGet_t(version=99))"
        assert child.refusal(wrong) == VERSION
        child.tell("nvmlGpmSampleFree(first)", "nvmlGpmSampleFree(second)", "0")
        simulated_driver.play(Scenario((Device(gpm=told),)))
        assert child.tell("nvmlGpmQueryDeviceSupport(gpu).isSupportedDevice") == 0, "Ada has none"
        assert child.refusal("nvmlGpmSampleGet(gpu, nvmlGpmSampleAlloc())") == NOT_SUPPORTED


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
    both = (Device(), Device(uuid="GPU-2", mig_mode=1, mig=INSTANCES))
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


def test_an_older_driver_lacks_functions(tmp_path: Path) -> None:
    driver = SimulatedDriver(tmp_path, omit=("nvmlDeviceGetMemoryInfo_v2", "nvmlGpmQueryDeviceSupport"))
    with started(driver) as child:
        assert child.refusal("nvmlDeviceGetMemoryInfo(gpu, nvmlMemory_v2)") == UNKNOWN_FUNCTION
        assert child.refusal("nvmlGpmQueryDeviceSupport(gpu)") == UNKNOWN_FUNCTION
        assert child.tell("nvmlDeviceGetMemoryInfo(gpu).total") == 24 * GIB
    with pytest.raises(ValueError, match="nvmlDeviceGetMemoryinfo"):
        SimulatedDriver(tmp_path, omit=("nvmlDeviceGetMemoryinfo",))
    with pytest.raises(ValueError, match="nvmlNever"):
        driver.play(Scenario(faults=(Fault("nvmlNever", 1),)))
    with pytest.raises(ValueError, match="below 0"):
        driver.play(Scenario((Device(temperature_c=-1),)))


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


def test_threads_and_a_rewriting_test_do_not_disturb_each_other(simulated_driver: SimulatedDriver) -> None:
    processes = tuple(Process(pid, MIB) for pid in range(1000, 1050))
    scenarios = [
        Scenario((Device(processes=processes[:count], busy=dict.fromkeys(range(1000, 1000 + count), 1)),))
        for count in (0, 7, 50)
    ]
    with started(simulated_driver) as child:
        child.tell(
            "wrong = []",
            "def work():",
            "    until = time.monotonic() + 0.5",
            "    while time.monotonic() < until:",
            "        try:",
            "            count = len(nvmlDeviceGetComputeRunningProcesses_v3(gpu))",
            "            if count not in (0, 7, 50): wrong.append(count)",
            "            nvmlDeviceGetProcessUtilization(gpu, 0)",
            "        except NVMLError as error:",
            "            if error.value not in (6, 7): wrong.append(error.value)",
            "workers = [threading.Thread(target=work) for _ in range(4)]",
            "for worker in workers: worker.start()",
            "0",
        )
        for turn in range(60):
            simulated_driver.play(scenarios[turn % 3])
        assert child.tell("for worker in workers: worker.join()", "wrong") == []


def test_it_has_every_function_the_meters_may_reach() -> None:
    """Each function of the binding that training/meters names, by the names the binding looks up."""
    folder = library_folder()
    library = ctypes.CDLL(str(folder / SONAME))
    assert all(hasattr(library, name) for name in function_names())
    found = importlib.util.find_spec("pynvml")
    assert found is not None
    assert found.origin is not None
    binding = Path(found.origin).read_text()
    meters = ROOT / "training/meters"
    named = set().union(
        *(re.findall(r"\"(nvml[A-Z]\w+)\"", file.read_text()) for file in meters.glob("*.py"))
    )
    assert len(named) > 10
    lacking = set()
    for name in named:
        body = re.search(rf"^def {name}\(.*?(?=^\S)", binding, re.MULTILINE | re.DOTALL)
        looked_up = re.findall(r"_nvmlGetFunctionPointer\(\"(\w+)\"\)", body.group()) if body else []
        lacking |= {symbol for symbol in looked_up if not hasattr(library, symbol)}
    assert not lacking


def test_several_processes_may_compile_it_at_once(tmp_path: Path) -> None:
    program = (
        "from tests.simulated_driver.build import library_folder, SONAME\n"
        "import ctypes\n"
        "folder = library_folder(omit=('nvmlDeviceGetFanSpeed',))\n"
        "assert not hasattr(ctypes.CDLL(str(folder / SONAME)), 'nvmlDeviceGetFanSpeed')\n"
        "assert hasattr(ctypes.CDLL(str(folder / SONAME)), 'nvmlInit_v2')\n"
        "print(folder)"
    )
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", program], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    folders = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert len(folders) == 1
    left = [path for path in next(iter(tmp_path.iterdir())).iterdir() if path.name.startswith("tmp")]
    assert not left, "nothing half-made is left"


@pytest.mark.parametrize("in_ci", [False, True])
def test_without_a_compiler_it_is_said_loudly(tmp_path: Path, in_ci: bool) -> None:
    environment = {"PATH": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    test = f"{__file__}::test_an_older_driver_lacks_functions"
    done = subprocess.run(
        [sys.executable, "-P", "-m", "pytest", "-q", "-p", "no:cacheprovider", test],
        cwd=ROOT,
        env=environment | ({"CI": "1"} if in_ci else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "THE GPU TESTS DID NOT RUN" in done.stdout
    assert "no C compiler is found" in done.stdout
    assert ("1 failed" if in_ci else "1 skipped") in done.stdout
    assert done.returncode == int(in_ci)


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
        simulated_driver.play(Scenario(faults=(Fault("*", GPU_IS_LOST),)))
        with pytest.raises(DeviceLostError, match="fallen off the bus"):
            meter.sample(11.0, {})
    simulated_driver.play(scenario)
    another = PlannedDevice(kind="gpu", name="GPU", uuid="GPU-none")
    with pytest.raises(MeterError, match="GPU-none"), MeterProcess(simulated_driver, another):
        pass
