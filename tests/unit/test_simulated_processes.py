"""How the simulated driver tells of processes: lists, samples of their share, and what disturbs them."""

from __future__ import annotations

import time

import pytest

from tests.simulated_driver.binding import started
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.error_codes import (
    INSUFFICIENT_SIZE,
    INVALID_ARGUMENT,
    NOT_FOUND,
    NOT_SUPPORTED,
    VERSION_MISMATCH,
)
from tests.simulated_driver.scenario import GIB, MIB, Device, Process, Scenario, Utilization

SECOND = 1_000_000
NOON = 1_700_000_000 * SECOND


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
        assert child.tell("info.version = 2", "ask()") == VERSION_MISMATCH
        assert child.tell("info.version = pynvml.ProcessesUtilizationInfo_v1", "ask()") == INSUFFICIENT_SIZE
        assert child.tell("info.processSamplesCount") == 2
        assert child.tell(
            "info.processSamplesCount = 1",
            "info.procUtilArray = (pynvml.c_nvmlProcessUtilizationInfo_v1_t * 1)()",
            "[ask(), info.processSamplesCount]",
        ) == [INSUFFICIENT_SIZE, 2]


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
