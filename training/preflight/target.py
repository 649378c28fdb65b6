"""What a plan's lanes train on, as the driver just listed it: a GPU, one of its MIG instances, or one for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.meters.gpu_facts import Gpu, GpuProcess, MigInstance
from training.plan import Lane, Plan, PlannedDevice


@dataclass(frozen=True, slots=True)
class Target:
    """A GPU or MIG instance and the lanes on it; `gpu` is the instance's parent."""

    gpu: Gpu
    lanes: tuple[Lane, ...]
    instance: MigInstance | None = None

    @property
    def name(self) -> str:
        """Name and UUID."""
        if self.instance is None:
            return f"{self.gpu.name} {self.gpu.uuid}"
        return f"{self.gpu.name} MIG {self.instance.name} {self.instance.uuid}"

    @property
    def total_bytes(self) -> int | None:
        """Memory in all."""
        return (self.instance or self.gpu).memory_total_bytes

    @property
    def free_bytes(self) -> int | None:
        """Memory nobody has."""
        return (self.instance or self.gpu).memory_free_bytes

    @property
    def processes(self) -> tuple[GpuProcess, ...] | None:
        """Who is on it; None where the driver does not tell."""
        return (self.instance or self.gpu).processes


def targets(plan: Plan, gpus: Sequence[Gpu]) -> tuple[Target, ...]:
    """Return what the lanes train on, each once; a device that is not listed any more is left out."""
    if not plan.lane_devices:
        found = _listed(plan.device, gpus)
        return () if found is None else (Target(found[0], tuple(plan.lanes), found[1]),)
    lanes_on: dict[str, list[Lane]] = {}
    by_uuid: dict[str, tuple[Gpu, MigInstance | None]] = {}
    for lane in plan.lanes:
        device = plan.device_of(lane)
        found = _listed(device, gpus)
        if found is not None and device.uuid is not None:
            by_uuid[device.uuid] = found
            lanes_on.setdefault(device.uuid, []).append(lane)
    return tuple(Target(gpu, tuple(lanes_on[uuid]), instance) for uuid, (gpu, instance) in by_uuid.items())


def _listed(device: PlannedDevice, gpus: Sequence[Gpu]) -> tuple[Gpu, MigInstance | None] | None:
    for gpu in gpus:
        if gpu.uuid == device.uuid:
            return gpu, None
        for instance in gpu.mig_instances:
            if instance.uuid == device.uuid:
                return gpu, instance
    return None
