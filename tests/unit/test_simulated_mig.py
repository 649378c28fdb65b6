"""MIG instances and GPM of the simulated driver."""

from __future__ import annotations

from dataclasses import replace

from tests.simulated_driver.binding import started
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.error_codes import (
    INVALID_ARGUMENT,
    NO_DATA,
    NOT_FOUND,
    NOT_SUPPORTED,
    VERSION_MISMATCH,
)
from tests.simulated_driver.scenario import GIB, MIB, UUID, Device, Gpm, Mig, Process, Scenario

SECOND = 1_000_000
NOON = 1_700_000_000 * SECOND


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
        assert child.refusal(wrong) == VERSION_MISMATCH
        child.tell("nvmlGpmSampleFree(first)", "nvmlGpmSampleFree(second)", "0")
        simulated_driver.play(Scenario((Device(gpm=told),)))
        assert child.tell("nvmlGpmQueryDeviceSupport(gpu).isSupportedDevice") == 0, "Ada has none"
        assert child.refusal("nvmlGpmSampleGet(gpu, nvmlGpmSampleAlloc())") == NOT_SUPPORTED
