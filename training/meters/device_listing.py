"""What a training may run on here: the CPU, and the GPUs within the inherited allocation."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from training.meters.capacity import Capacity, read_capacity
from training.meters.gpu_facts import Gpu, GpuListing
from training.meters.gpu_listing import list_gpus
from training.meters.visible_gpus import Visible, visible_gpus


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
    cuda_version: tuple[int, int] | None = None
    hidden_gpus: int = 0
    """How many GPUs of the machine CUDA_VISIBLE_DEVICES hides."""
    troubles: tuple[str, ...] = ()
    """What is wrong with the driver or with a GPU of the machine, each in a sentence."""


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
    machine = (probe or (lambda: list_gpus(variables, root)))()
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
        cuda_version=machine.cuda_version,
        hidden_gpus=len(machine.gpus) - len(visible.gpus),
        troubles=machine.troubles,
    )


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
