"""What is known of a GPU before it is used, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ComputeMode = Literal["default", "exclusive", "prohibited"]


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory of a GPU; None where the driver does not tell how much."""

    pid: int
    memory_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: `index` is nvidia-smi's, `utilization_percent` is of time with any kernel running.

    Memory is None where the device does not name any of its own (unified memory). `processes` is None where
    the driver does not list them.
    """

    index: int
    uuid: str
    name: str
    memory_total_bytes: int | None = None
    memory_free_bytes: int | None = None
    utilization_percent: float | None = None
    compute_mode: ComputeMode | None = None
    mig: bool = False
    processes: tuple[GpuProcess, ...] | None = None


@dataclass(frozen=True, slots=True)
class GpuListing:
    """The GPUs of this machine in nvidia-smi's order; with none, `why_no_gpu` says what is missing."""

    gpus: tuple[Gpu, ...] = ()
    why_no_gpu: str | None = None
    driver_version: str | None = None
