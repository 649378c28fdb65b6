"""The program of meter_cost: samples in one way at 2 Hz, and prints what CPU time that took, as JSON.

`metering_loop WAY SECONDS LANES UUID…`: WAY is `nvml` (the real meter of the first GPU), `host` (the host's meter),
`all` (the first GPU's meter, and every other GPU's figures beside it) or `bare` (the same NVML functions called without
a meter or a binding, to tell what the simulated library itself takes). LANES are two PIDs with a comma.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time
from collections.abc import Callable

from training.meters.capacity import read_capacity
from training.meters.host import HostMeter
from training.meters.meter import LaneProcess, Meter
from training.meters.nvml import NvmlMeter
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice, NvmlLibrary
from training.plan import Lane

PERIOD_S = 0.5
_NUMBERS = (
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetTotalEnergyConsumption",
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetUtilizationRates",
)
_WITH_KIND = ("nvmlDeviceGetTemperature", "nvmlDeviceGetClockInfo", "nvmlDeviceGetClockInfo")
_LISTS = (
    "nvmlDeviceGetComputeRunningProcesses_v3",
    "nvmlDeviceGetGraphicsRunningProcesses_v3",
    "nvmlDeviceGetMPSComputeRunningProcesses_v3",
)


def main() -> None:
    """Sample for a while and print the CPU seconds per sample, and the figures' own tally."""
    way, seconds, pids, *uuids = sys.argv[1:]
    names: tuple[Lane, Lane] = ("a", "b")
    lanes = {lane: LaneProcess(int(pid)) for lane, pid in zip(names, pids.split(","), strict=True)}
    sample = _sampler(way, lanes, uuids)
    sample()  # the first looks every process's name up
    sample()
    count = round(float(seconds) / PERIOD_S)
    began, cpu_began = time.monotonic(), time.process_time()
    for turn in range(1, count + 1):
        sample()
        time.sleep(max(0.0, began + turn * PERIOD_S - time.monotonic()))
    cpu_s = time.process_time() - cpu_began
    print(json.dumps({"cpu_s_per_sample": cpu_s / count, "samples": count}))


def _sampler(way: str, lanes: dict[Lane, LaneProcess], uuids: list[str]) -> Callable[[], object]:
    if way == "bare":
        return _bare(uuids[0])
    meter: Meter = HostMeter() if way == "host" else NvmlMeter(uuids[0])
    meter.open()

    def sample() -> None:
        meter.sample(time.monotonic(), lanes)
        meter.source(time.monotonic())

    if way != "all":
        return sample
    library = NvmlLibrary()
    library.start()
    capacity = read_capacity()
    others = [DeviceFigures(NvmlDevice(library, uuid), capacity) for uuid in uuids[1:]]

    def sample_all() -> None:
        sample()
        for other in others:
            other.read()
            other.figures()

    return sample_all


def _bare(uuid: str) -> Callable[[], object]:
    library = ctypes.CDLL("libnvidia-ml.so.1")
    library.nvmlInit_v2()
    handle, buffer, count = ctypes.c_void_p(), ctypes.create_string_buffer(1 << 16), ctypes.c_uint()
    memory = ctypes.create_string_buffer((0x02000028).to_bytes(4, "little"), 64)
    library.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(handle))
    calls = [getattr(library, name) for name in _NUMBERS]
    kinds = [getattr(library, name) for name in _WITH_KIND]
    lists = [getattr(library, name) for name in _LISTS]
    since = ctypes.c_ulonglong()

    def sample() -> None:
        library.nvmlDeviceGetMemoryInfo_v2(handle, memory)
        for call in calls:
            call(handle, buffer)
        for call in kinds:
            call(handle, 1, buffer)
        for call in lists:
            for room in (0, 200):  # as a binding asks: how many, then which
                count.value = room
                call(handle, ctypes.byref(count), buffer if room else None)
        for room in (0, 200):
            count.value = room
            library.nvmlDeviceGetProcessUtilization(
                handle, buffer if room else None, ctypes.byref(count), since
            )

    return sample


if __name__ == "__main__":
    main()
