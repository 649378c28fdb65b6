"""What can be trained on, row by row: the text of the device list, without a screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.plan import LANES, Lane, PlannedDevice
from tui import format

if TYPE_CHECKING:
    from training.meters.devices import DeviceListing
    from training.meters.gpu_facts import Gpu, GpuProcess, MigInstance

_GIB = 2**30


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One thing to choose; `request` is how the command line asks for it."""

    request: str
    label: str
    name: str
    memory: str = ""
    """Free of total."""
    utilization: str = ""
    who: str = ""
    sentence: str = ""
    """In place of memory, utilisation and who: why it is chosen, or why it cannot be."""
    refusal: str = ""
    """Why it cannot be taken; empty when it can."""
    told: tuple[str, ...] = ()
    """Everything else that is known, line by line."""
    mig_of: str | None = None
    """The UUID of the GPU a MIG instance is part of."""


def device_rows(listing: DeviceListing) -> tuple[DeviceRow, ...]:
    """auto, cpu, and each GPU that may be used, its MIG instances below it."""
    rows = [_auto(listing), _cpu(listing)]
    for gpu in listing.gpus:
        rows.append(_gpu(gpu))
        rows += [_instance(gpu, one) for one in gpu.mig_instances]
    return tuple(rows)


def listing_notes(listing: DeviceListing) -> tuple[str, ...]:
    """Why there is no GPU, and what CUDA_VISIBLE_DEVICES hides."""
    if not listing.gpus:
        return (f"No GPU: {listing.why_no_gpu}",) if listing.why_no_gpu else ()
    if not listing.visibility:
        return ()
    variable, _, more = listing.visibility.partition(": ")
    count = len(listing.gpus)
    leaves = f"{variable} leaves {count} of {count + listing.hidden_gpus}"
    return (f"{leaves}: {more}" if more else leaves,)


def who_is_there(processes: Sequence[GpuProcess] | None, *, most: int = 1, pids: bool = False) -> str:
    """The biggest holders of a GPU's memory, as "alice python 12.1 GiB, +2 more".

    Args:
        processes: None where the driver does not list them.
        most: how many are named.
        pids: whether with their process ids.
    """
    if processes is None:
        return "not told"
    if not processes:
        return "nobody"
    biggest = sorted(processes, key=lambda process: -(process.memory_bytes or 0))
    named = ", ".join(_process(process, pids) for process in biggest[:most])
    left_out = len(biggest) - most
    return f"{named}, +{left_out} more" if left_out > 0 else named


def standing_of(
    device: PlannedDevice, lane_devices: dict[Lane, PlannedDevice], listing: DeviceListing
) -> str:
    """How the chosen GPU stands now: free memory, utilisation, who is there. Empty for a CPU."""
    if lane_devices:
        found = {lane: _find(listing, one.uuid) for lane, one in lane_devices.items()}
        parts = [
            f"{lane.upper()} {instance.name}, {_free(instance)}"
            for lane in LANES
            if (one := found.get(lane)) is not None and (instance := one[1]) is not None
        ]
        return " · ".join(parts)
    one = _find(listing, device.uuid)
    if one is None:
        return ""
    gpu, instance = one
    if instance is not None:
        return f"{_free(instance)} · {_there(instance.processes)}"
    busy = [f"{format.percent(gpu.utilization_percent)} busy"] if gpu.utilization_percent is not None else []
    return " · ".join([_free(gpu), *busy, _there(gpu.processes)])


def _auto(listing: DeviceListing) -> DeviceRow:
    from training.meters.devices import DeviceUnavailableError, choose_device

    try:
        device = choose_device("auto", listing)
    except DeviceUnavailableError as error:
        return DeviceRow("auto", "auto", "", sentence=str(error), refusal=str(error))
    found = _find(listing, device.uuid)
    taken = "the CPU"
    if found is not None:
        gpu, instance = found
        taken = f"gpu:{gpu.index} MIG {instance.name}" if instance is not None else f"gpu:{gpu.index}"
    sentence = f"takes {taken}: {device.chosen_because}"
    return DeviceRow(
        "auto", "auto", "", sentence=sentence, told=(f"auto {sentence}",) if found is not None else ()
    )


def _cpu(listing: DeviceListing) -> DeviceRow:
    capacity = listing.capacity
    memory = f"{format.size(capacity.memory_bytes)} of memory: {capacity.memory_from}"
    return DeviceRow(
        "cpu",
        "cpu",
        "",
        sentence=f"{listing.cpu_name} · {format.size(capacity.memory_bytes)}",
        told=(listing.cpu_name, memory),
    )


def _gpu(gpu: Gpu) -> DeviceRow:
    refusal = ""
    if gpu.compute_mode == "prohibited":
        refusal = "compute mode PROHIBITED: nothing may run on it"
    elif gpu.mig:
        refusal = "MIG on: choose an instance" if gpu.mig_instances else "MIG on, but it has no instance yet"
    return DeviceRow(
        gpu.uuid,
        f"gpu:{gpu.index}",
        gpu.name.removeprefix("NVIDIA "),
        _free_of_total(gpu),
        format.percent(gpu.utilization_percent),
        " · ".join((*_tags(gpu), who_is_there(gpu.processes))),
        sentence=refusal,
        refusal=refusal,
        told=(
            f"{gpu.name}  {gpu.uuid}",
            " · ".join((_free(gpu), *_peculiarities(gpu))),
            f"There: {who_is_there(gpu.processes, most=6, pids=True)}",
        ),
    )


def _instance(gpu: Gpu, instance: MigInstance) -> DeviceRow:
    return DeviceRow(
        instance.uuid,
        "",
        f"  MIG {instance.name}",
        _free_of_total(instance),
        "",  # the driver tells none of an instance
        who_is_there(instance.processes),
        told=(
            f"MIG {instance.name} of gpu:{gpu.index}  {instance.uuid}",
            f"{_free(instance)} · a and b give it to one lane, Enter to both",
            f"There: {who_is_there(instance.processes, most=6, pids=True)}",
        ),
        mig_of=gpu.uuid,
    )


def _tags(gpu: Gpu) -> list[str]:
    """What makes it another kind of device, in a word each."""
    tags = {"exclusive mode": gpu.compute_mode == "exclusive", "unified": gpu.unified, "vGPU": gpu.is_vgpu}
    return [tag for tag, holds in tags.items() if holds]


def _peculiarities(gpu: Gpu) -> list[str]:
    told: list[str] = []
    if gpu.compute_mode == "exclusive":
        told.append("compute mode EXCLUSIVE_PROCESS: one process at a time")
    elif gpu.compute_mode == "prohibited":
        told.append("compute mode PROHIBITED")
    if gpu.unified:
        told.append("unified: the memory is the machine's")
    if gpu.is_vgpu:
        told.append("vGPU: its neighbours on the same card are not seen")
    if gpu.repair_pending:
        told.append("a memory repair waits for a reset")
    return told


def _free_of_total(part: Gpu | MigInstance) -> str:
    free_bytes, total_bytes = part.memory_free_bytes, part.memory_total_bytes
    if not total_bytes:
        return format.UNKNOWN
    free = format.UNKNOWN if free_bytes is None else f"{free_bytes / _GIB:.1f}"
    return f"{free}/{total_bytes / _GIB:.1f} GiB"


def _free(part: Gpu | MigInstance) -> str:
    told = _free_of_total(part)
    return "free memory not told" if told.startswith(format.UNKNOWN) else f"{told} free"


def _there(processes: Sequence[GpuProcess] | None) -> str:
    if processes is None:
        return "who is there is not told"
    return who_is_there(processes) if processes else "nobody there"


def _process(process: GpuProcess, with_pid: bool) -> str:
    # a program is known by its last part: its folder says nothing in few cells
    name = process.name.rsplit("/", 1)[-1] if process.name else f"pid {process.pid}"
    user = f"{process.user} " if process.user else ""
    pid = f" (pid {process.pid})" if with_pid and process.name else ""
    memory = f" {format.size(process.memory_bytes)}" if process.memory_bytes is not None else ""
    return f"{user}{name}{pid}{memory}"


def _find(listing: DeviceListing, uuid: str | None) -> tuple[Gpu, MigInstance | None] | None:
    for gpu in listing.gpus:
        if gpu.uuid == uuid:
            return gpu, None
        for instance in gpu.mig_instances:
            if instance.uuid == uuid:
                return gpu, instance
    return None
