"""What is known of a GPU before it is used, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.record.device_records import EventReason, ProcessKind

ComputeMode = Literal["default", "exclusive", "prohibited"]


@dataclass(frozen=True, slots=True)
class GpuProcess:
    """A process that holds memory of a GPU; None where the driver or the system does not tell."""

    pid: int
    memory_bytes: int | None = None
    name: str | None = None
    user: str | None = None
    kind: ProcessKind | None = None


@dataclass(frozen=True, slots=True)
class MigInstance:
    """A MIG instance of a GPU, usable like a device; `name` is its profile, as "1g.10gb"."""

    uuid: str
    name: str
    gpu_instance_id: int | None = None
    compute_instance_id: int | None = None
    memory_total_bytes: int | None = None
    memory_free_bytes: int | None = None
    processes: tuple[GpuProcess, ...] | None = None


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU: `index` is nvidia-smi's, `utilization_percent` is of time with any kernel running.

    With `unified` the GPU has no memory of its own, and the memory figures are the machine's. `processes` is None
    where the driver does not list them. What is not known is None.
    """

    index: int
    uuid: str
    name: str
    memory_total_bytes: int | None = None
    memory_free_bytes: int | None = None
    utilization_percent: float | None = None
    compute_mode: ComputeMode | None = None
    mig: bool = False
    """Whether MIG is on: then only the instances can be used."""
    mig_instances: tuple[MigInstance, ...] = ()
    processes: tuple[GpuProcess, ...] | None = None
    unified: bool = False
    persistence: bool | None = None
    """Whether the driver stays loaded while nobody uses the GPU."""
    repair_pending: bool | None = None
    """Whether retired pages or remapped rows wait for a reset."""
    ecc_errors: int | None = None
    """Memory errors since the driver was loaded that could not be corrected."""
    event_reasons: tuple[EventReason, ...] | None = None
    is_vgpu: bool = False


@dataclass(frozen=True, slots=True)
class GpuListing:
    """The GPUs of this machine in nvidia-smi's order; with none, `why_no_gpu` says what is missing.

    `cuda_version` is the newest CUDA the driver can run, as (12, 4).
    """

    gpus: tuple[Gpu, ...] = ()
    why_no_gpu: str | None = None
    driver_version: str | None = None
    cuda_version: tuple[int, int] | None = None
    troubles: tuple[str, ...] = ()
    """What is wrong with the driver or with a GPU of its list, each in a sentence; that there is none is not wrong."""
