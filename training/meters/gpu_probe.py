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

from training.meters.capacity import read_capacity
from training.meters.gpu_facts import ComputeMode, Gpu, GpuListing, GpuProcess, MigInstance
from training.meters.meter import MeterError
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import (
    DRIVER_NOT_LOADED,
    LIBRARY_NOT_FOUND,
    NvmlDevice,
    NvmlError,
    NvmlLibrary,
)
from training.meters.nvml_processes import Others, ProcessMemory
from training.meters.pid_namespace import Surroundings, has_own_pids
from training.record.device_records import DeviceReading

Value = TypeVar("Value")

_COMPUTE_MODES: dict[int, ComputeMode] = {0: "default", 1: "exclusive", 2: "prohibited", 3: "exclusive"}
_UNCORRECTED = 1
_SINCE_LOADED = 0
_VGPU = 2
_ABSENT = (LIBRARY_NOT_FOUND, DRIVER_NOT_LOADED)
"""No NVIDIA GPU was set up here, which is nothing wrong."""


def probe(binding: Any = None, *, own_pids: bool | None = None) -> GpuListing:
    """Return the GPUs NVML knows; never raises.

    Args:
        binding: a module like pynvml, imported if not given.
        own_pids: whether the PIDs here are other than the machine's; looked at if not given.
    """
    library = NvmlLibrary(binding)
    try:
        library.start()
    except MeterError as error:
        return _broken(error)
    try:
        return _list(library, has_own_pids() if own_pids is None else own_pids)
    except MeterError as error:
        return _broken(error)
    finally:
        library.stop()


def _broken(error: MeterError) -> GpuListing:
    why = _without_call(error)
    is_absent = isinstance(error, NvmlError) and error.code in _ABSENT
    return GpuListing(why_no_gpu=why, troubles=() if is_absent else (why,))


def _list(library: NvmlLibrary, own_pids: bool | None) -> GpuListing:
    driver = _or_none(lambda: str(library.call("nvmlSystemGetDriverVersion")))
    cuda = _cuda_version(library)
    count = int(library.call("nvmlDeviceGetCount"))
    if count == 0:
        return GpuListing(
            why_no_gpu=f"no GPU: the NVIDIA driver {driver or ''} answers but lists none".replace("  ", " "),
            driver_version=driver,
            cuda_version=cuda,
        )
    # A driver that lists the machine's PIDs to a container means other processes than those with these PIDs here.
    place = Surroundings(has_own_pids=own_pids, driver_version=driver)
    found: list[Gpu] = []
    failures: list[str] = []
    for index in range(count):
        try:
            found.append(_gpu(library, index, place))
        except MeterError as error:  # one broken GPU does not hide the others
            failures.append(f"gpu:{index} cannot be used: {_without_call(error)}")
    return GpuListing(
        gpus=tuple(found),
        why_no_gpu=None if found else f"no usable GPU: {'; '.join(failures)}",
        driver_version=driver,
        cuda_version=cuda,
        troubles=tuple(failures),
    )


def _gpu(library: NvmlLibrary, index: int, place: Surroundings) -> Gpu:
    handle = library.call("nvmlDeviceGetHandleByIndex", index)
    device = NvmlDevice(library, str(library.call("nvmlDeviceGetUUID", handle)))
    figures = DeviceFigures(device, read_capacity(), gpm=False)
    reading = figures.read()
    mode = _number(device, "nvmlDeviceGetComputeMode")
    mig = _or_none(lambda: int(device.call("nvmlDeviceGetMigMode")[0])) == 1
    persistence = _number(device, "nvmlDeviceGetPersistenceMode")
    return Gpu(
        index=index,
        uuid=device.uuid,
        name=_or_none(lambda: str(device.call("nvmlDeviceGetName"))) or "NVIDIA GPU",
        memory_total_bytes=reading.memory_total_bytes,
        memory_free_bytes=_free_bytes(reading),
        utilization_percent=reading.utilization_percent,
        compute_mode=None if mode is None else _COMPUTE_MODES.get(mode),
        mig=mig,
        mig_instances=_mig_instances(device, place) if mig else (),
        processes=_processes(device, place),
        unified=figures.figures()["memory_total_bytes"].source == "host",
        persistence=None if persistence is None else persistence == 1,
        repair_pending=_repair_pending(device),
        ecc_errors=_number(device, "nvmlDeviceGetTotalEccErrors", _UNCORRECTED, _SINCE_LOADED),
        event_reasons=reading.event_reasons,
        is_vgpu=_number(device, "nvmlDeviceGetVirtualizationMode") == _VGPU,
    )


def _mig_instances(gpu: NvmlDevice, place: Surroundings) -> tuple[MigInstance, ...]:
    """Return the MIG instances of a GPU; places without one are holes. Raises DeviceLostError."""
    found = []
    for index in range(_number(gpu, "nvmlDeviceGetMaxMigDeviceCount") or 0):
        try:
            handle = gpu.call("nvmlDeviceGetMigDeviceHandleByIndex", index)
            instance = NvmlDevice(gpu.library, str(gpu.library.call("nvmlDeviceGetUUID", handle)))
        except NvmlError:
            continue
        found.append(_mig_instance(instance, gpu, place))
    return tuple(found)


def _mig_instance(instance: NvmlDevice, gpu: NvmlDevice, place: Surroundings) -> MigInstance:
    reading = DeviceFigures(instance, read_capacity(), parent=gpu, gpm=False).read()
    name = _or_none(lambda: str(instance.call("nvmlDeviceGetName"))) or "MIG"
    return MigInstance(
        uuid=instance.uuid,
        name=name.rpartition("MIG ")[2],
        gpu_instance_id=_number(instance, "nvmlDeviceGetGpuInstanceId"),
        compute_instance_id=_number(instance, "nvmlDeviceGetComputeInstanceId"),
        memory_total_bytes=reading.memory_total_bytes,
        memory_free_bytes=_free_bytes(reading),
        processes=_processes(instance, place),
    )


def _processes(device: NvmlDevice, place: Surroundings) -> tuple[GpuProcess, ...] | None:
    """Return who is on a device, the largest first; None where the driver does not list them."""
    lists = ProcessMemory(device)
    memory = lists.read()
    if memory is None:
        return None
    return tuple(
        GpuProcess(other.pid, other.memory_bytes, other.name, other.user, other.kind)
        for other in Others().read(memory, (), lists.kinds, have_our_pids=place.list_has_our_pids)
    )


def _free_bytes(reading: DeviceReading) -> int | None:
    if reading.memory_total_bytes is None or reading.memory_used_bytes is None:
        return None
    return reading.memory_total_bytes - reading.memory_used_bytes


def _repair_pending(device: NvmlDevice) -> bool | None:
    """Whether pages wait to be retired (to Volta) or rows to be remapped (from Ampere on) at the next reset."""
    rows = _or_none(lambda: device.call("nvmlDeviceGetRemappedRows"))
    if rows is not None:
        _, _, is_pending, has_failed = rows
        return bool(is_pending or has_failed)
    pages = _number(device, "nvmlDeviceGetRetiredPagesPendingStatus")
    return None if pages is None else pages == 1


def _number(device: NvmlDevice, call: str, *arguments: int) -> int | None:
    return _or_none(lambda: int(device.call(call, *arguments)))


def _cuda_version(library: NvmlLibrary) -> tuple[int, int] | None:
    """Return the newest CUDA the driver can run; NVML tells 12040 for 12.4."""
    for call in ("nvmlSystemGetCudaDriverVersion_v2", "nvmlSystemGetCudaDriverVersion"):
        try:
            number = int(library.call(call))
        except NvmlError:
            continue
        return number // 1000, number % 1000 // 10
    return None


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
