"""The devices of this machine: listing them, choosing one, and opening its meter."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from training.meters.capacity import Capacity, read_capacity
from training.meters.gpu_facts import Gpu, GpuListing
from training.meters.meter import Meter, MeterError
from training.meters.nvml_library import LIBRARY_NOT_FOUND, sentence
from training.meters.visible_gpus import Visible, visible_gpus
from training.plan import Lane, PlannedDevice

_LIBRARY = "libnvidia-ml.so.1"
_PROBE_TIMEOUT_S = 10.0


class DeviceUnavailableError(Exception):
    """The device asked for cannot be used; the message is one sentence for a person."""


@dataclass(frozen=True)
class DeviceListing:
    """What a training may run on here: the CPU, and the GPUs that CUDA_VISIBLE_DEVICES leaves.

    With no GPU left, `why_no_gpu` says in a sentence what is missing: library, driver, GPU, or visibility.
    `visibility` says what CUDA_VISIBLE_DEVICES does, empty when it is not set. `driver_version` is NVIDIA's.
    """

    cpu_name: str
    capacity: Capacity
    gpus: tuple[Gpu, ...] = ()
    why_no_gpu: str | None = None
    visibility: str = ""
    driver_version: str | None = None


def list_devices(
    *,
    environment: Mapping[str, str] | None = None,
    root: Path = Path("/"),
    probe: Callable[[], GpuListing] | None = None,
) -> DeviceListing:
    """Return the devices of this machine. Takes milliseconds without NVIDIA's library; never raises.

    Args:
        environment: the variables that bound the choice; this process's when None.
        root: the root of the file system that holds /proc and /sys.
        probe: lists the machine's GPUs; a child process asks NVML when None.
    """
    variables = os.environ if environment is None else environment
    capacity = read_capacity(root)
    machine = (probe or (lambda: _probe_in_child(variables, root)))()
    visible = visible_gpus(machine.gpus, variables) if machine.gpus else Visible(())
    why = machine.why_no_gpu
    if machine.gpus and not visible.gpus:
        why = f"no GPU is visible: {visible.why}"
    return DeviceListing(
        cpu_name=f"{_cpu_model(root)} ({_cores(capacity.cores)})",
        capacity=capacity,
        gpus=visible.gpus,
        why_no_gpu=why if not visible.gpus else None,
        visibility=visible.why,
        driver_version=machine.driver_version,
    )


def choose_device(request: str, listing: DeviceListing) -> PlannedDevice:
    """Return the device for `auto`, `cpu`, `gpu`, `gpu:N` (nvidia-smi's index) or the beginning of a UUID.

    Raises:
        DeviceUnavailableError: there is no such device, or it may not be used.
    """
    asked = request.strip()
    word = asked.lower()
    if word == "cpu":
        return _cpu(listing, "asked for as cpu")
    if word in ("auto", "gpu"):
        usable = [gpu for gpu in listing.gpus if gpu.compute_mode != "prohibited"]
        if usable:
            best = max(usable, key=lambda gpu: (gpu.memory_free_bytes or 0, -gpu.index))
            return _gpu(best, _why_best(best, usable))
        why = listing.why_no_gpu or "every GPU here has compute mode PROHIBITED"
        if word == "gpu":
            raise DeviceUnavailableError(f"no GPU can be used: {why}")
        return _cpu(listing, why)
    return _gpu(_named_gpu(asked, listing), f"asked for as {asked}")


def open_meter(device: PlannedDevice, lane_devices: Mapping[Lane, PlannedDevice] | None = None) -> Meter:
    """Return an open meter.

    Args:
        device: what the lanes share.
        lane_devices: each lane's own MIG instance, where `device` is the GPU they are part of.

    Raises:
        MeterError: the device cannot be read.
    """
    meter = _meter(device, lane_devices or {})
    meter.open()
    return meter


def _meter(device: PlannedDevice, lane_devices: Mapping[Lane, PlannedDevice]) -> Meter:
    if device.kind == "cpu":
        from training.meters.host import HostMeter

        return HostMeter()
    if device.uuid is None:
        raise MeterError("the plan names a GPU without its UUID")
    from training.meters.nvml import NvmlMeter

    lane_uuids = {lane: own.uuid for lane, own in lane_devices.items() if own.uuid is not None}
    return NvmlMeter(device.uuid, mig_of=device.mig_of, lane_uuids=lane_uuids)


def _cpu(listing: DeviceListing, because: str) -> PlannedDevice:
    return PlannedDevice(
        kind="cpu",
        name=listing.cpu_name,
        memory_bytes=listing.capacity.memory_bytes,
        chosen_because=because,
    )


def _gpu(gpu: Gpu, because: str) -> PlannedDevice:
    return PlannedDevice(
        kind="gpu",
        name=gpu.name,
        uuid=gpu.uuid,
        memory_bytes=gpu.memory_total_bytes,
        chosen_because=because,
    )


def _why_best(best: Gpu, usable: list[Gpu]) -> str:
    if len(usable) == 1:
        return "the only GPU that can be used"
    if best.memory_free_bytes is None:
        return f"the first of {len(usable)} GPUs; none tells its free memory"
    return f"the most free memory of {len(usable)} GPUs: {best.memory_free_bytes / 2**30:.1f} GiB"


def _named_gpu(asked: str, listing: DeviceListing) -> Gpu:
    kind, separator, number = asked.partition(":")
    by_index = kind.lower() == "gpu" and bool(separator)
    if by_index and not (number.isascii() and number.isdigit()):
        raise DeviceUnavailableError(f"{asked!r} is no device: write gpu:N with a number")
    if not by_index and not asked.upper().startswith(("GPU-", "MIG-")):
        raise DeviceUnavailableError(f"{asked!r} is no device: auto, cpu, gpu, gpu:N and a GPU's UUID are")
    if not listing.gpus:
        raise DeviceUnavailableError(f"{asked} cannot be used: {listing.why_no_gpu}")
    if by_index:
        matches = [gpu for gpu in listing.gpus if gpu.index == int(number)]
    else:
        matches = [gpu for gpu in listing.gpus if gpu.uuid.lower().startswith(asked.lower())]
    there = ", ".join(f"gpu:{gpu.index} {gpu.name} {gpu.uuid}" for gpu in listing.gpus)
    bounded = f" ({listing.visibility})" if listing.visibility else ""
    if not matches:
        raise DeviceUnavailableError(f"{asked} is not among the GPUs that can be used here: {there}{bounded}")
    if len(matches) > 1:
        raise DeviceUnavailableError(f"{asked} fits {len(matches)} GPUs: {there}")
    if matches[0].compute_mode == "prohibited":
        raise DeviceUnavailableError(f"{asked} has compute mode PROHIBITED: an administrator shut it")
    return matches[0]


def _probe_in_child(environment: Mapping[str, str], root: Path) -> GpuListing:
    """Ask NVML in a child, where it can neither write to the screen nor hang it, if it is there."""
    if not _library_findable(environment, root):
        loaded = (root / "proc/driver/nvidia/version").exists()
        hint = "; the kernel module is loaded, so this looks like a container" if loaded else ""
        return GpuListing(why_no_gpu=sentence(LIBRARY_NOT_FOUND) + hint)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "training.meters.gpu_probe"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            timeout=_PROBE_TIMEOUT_S,
            check=True,
        )
        return msgspec.json.decode(done.stdout, type=GpuListing)
    except subprocess.TimeoutExpired:
        return GpuListing(why_no_gpu=f"the NVIDIA library did not answer within {_PROBE_TIMEOUT_S:.0f} s")
    except (OSError, subprocess.CalledProcessError, msgspec.DecodeError) as error:
        return GpuListing(why_no_gpu=f"asking the NVIDIA library failed: {error}")


def _library_findable(environment: Mapping[str, str], root: Path) -> bool:
    """Whether ld.so(8) would find NVML (by path, default folders, cache), told without loading it."""
    folders = [Path(part) for part in environment.get("LD_LIBRARY_PATH", "").split(":") if part]
    folders += [root / name for name in ("lib", "usr/lib", "lib64", "usr/lib64")]
    if any((folder / _LIBRARY).exists() for folder in folders):
        return True
    try:
        return _LIBRARY.encode() in (root / "etc/ld.so.cache").read_bytes()
    except OSError:
        return False


def _cpu_model(root: Path) -> str:
    try:
        lines = (root / "proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() in ("model name", "Model", "cpu model") and value.strip():
            return " ".join(value.split())
    return "CPU"


def _cores(cores: float) -> str:
    return "1 core" if cores == 1 else f"{cores:g} cores"
