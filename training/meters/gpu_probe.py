"""Lists the machine's GPUs through NVML; run as a program it prints them as JSON.

The viewer runs it as a child: a library that writes to stderr, hangs or crashes then harms nothing on the
screen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from training.meters.capacity import Capacity
from training.meters.gpu_facts import ComputeMode, Gpu, GpuListing, GpuProcess
from training.meters.meter import MeterError
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice, NvmlLibrary
from training.meters.nvml_processes import ProcessMemory

Value = TypeVar("Value")

_COMPUTE_MODES: dict[int, ComputeMode] = {0: "default", 1: "exclusive", 2: "prohibited", 3: "exclusive"}
_NO_CAPACITY = Capacity(cores=1.0, memory_bytes=0, cores_from="", memory_from="")


def probe(binding: Any = None) -> GpuListing:
    """Return the GPUs NVML knows; never raises. `binding` is a module like pynvml, imported if not given."""
    library = NvmlLibrary(binding)
    try:
        library.start()
    except MeterError as error:
        return GpuListing(why_no_gpu=_without_call(error))
    try:
        return _list(library)
    except MeterError as error:
        return GpuListing(why_no_gpu=_without_call(error))
    finally:
        library.stop()


def _list(library: NvmlLibrary) -> GpuListing:
    driver = _or_none(lambda: str(library.call("nvmlSystemGetDriverVersion")))
    count = int(library.call("nvmlDeviceGetCount"))
    if count == 0:
        return GpuListing(
            why_no_gpu=f"no GPU: the NVIDIA driver {driver or ''} answers but lists none".replace("  ", " "),
            driver_version=driver,
        )
    found: list[Gpu] = []
    failure = ""
    for index in range(count):
        try:
            found.append(_gpu(library, index))
        except MeterError as error:  # one broken GPU does not hide the others
            failure = _without_call(error)
    why = None if found else f"no usable GPU: {failure}"
    return GpuListing(gpus=tuple(found), why_no_gpu=why, driver_version=driver)


def _gpu(library: NvmlLibrary, index: int) -> Gpu:
    handle = library.call("nvmlDeviceGetHandleByIndex", index)
    uuid = str(library.call("nvmlDeviceGetUUID", handle))
    device = NvmlDevice(library, uuid)
    figures = DeviceFigures(device, _NO_CAPACITY, gpm=False)
    reading = figures.read()
    total_bytes = reading.memory_total_bytes or None  # the capacity of 0 stands for "none of its own"
    used_bytes = reading.memory_used_bytes
    memory = ProcessMemory(device).read()
    mode = _or_none(lambda: int(device.call("nvmlDeviceGetComputeMode")))
    mig = _or_none(lambda: int(device.call("nvmlDeviceGetMigMode")[0]))
    return Gpu(
        index=index,
        uuid=uuid,
        name=_or_none(lambda: str(device.call("nvmlDeviceGetName"))) or "NVIDIA GPU",
        memory_total_bytes=total_bytes,
        memory_free_bytes=None if total_bytes is None or used_bytes is None else total_bytes - used_bytes,
        utilization_percent=reading.utilization_percent,
        compute_mode=None if mode is None else _COMPUTE_MODES.get(mode),
        mig=bool(mig),
        processes=None
        if memory is None
        else tuple(GpuProcess(pid, bytes_) for pid, bytes_ in sorted(memory.items())),
    )


def _or_none(read: Callable[[], Value]) -> Value | None:
    try:
        return read()
    except MeterError:
        return None


def _without_call(error: MeterError) -> str:
    """Return the sentence without the name of the function that told it."""
    text, call = str(error), getattr(error, "call", None)
    return text.removesuffix(f" ({call})") if call else text


if __name__ == "__main__":
    answer = msgspec.json.encode(probe())
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()
    os._exit(0)  # a library's own exit handlers have been seen to hang
