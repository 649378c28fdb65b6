"""What this process may really use of the machine: CPU cores and memory, and how much of it is in use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

from training.meters import cgroup

ROOT = Path("/")


@dataclass(frozen=True, slots=True)
class Capacity:
    """The cores (may be a fraction) and bytes this process may use, and in words what sets each bound.

    `cpu_group` and `memory_group` are the control groups that bound them, None where the machine or the
    affinity does.
    """

    cores: float
    memory_bytes: int
    cores_from: str
    memory_from: str
    cpu_group: cgroup.Group | None = None
    memory_group: cgroup.Group | None = None
    root: Path = ROOT


def read_capacity(
    root: Path = ROOT, *, allowed_cores: int | None = None, machine_bytes: int | None = None
) -> Capacity:
    """Return the capacity of this process.

    Args:
        root: the root of the file system that holds /proc and /sys.
        allowed_cores: cores the scheduler may put this process on; read from its affinity when None.
        machine_bytes: memory of the machine; read when None.
    """
    scheduled = allowed_cores if allowed_cores is not None else len(allowed_cpus())
    machine = machine_bytes if machine_bytes is not None else psutil.virtual_memory().total
    cpu = cgroup.cpu_limit(root)
    memory = cgroup.memory_limit(root)
    cpu_group = cpu.group if cpu is not None and cpu.cores < scheduled else None
    memory_group = memory.group if memory is not None and memory.limit_bytes < machine else None
    board = os.cpu_count() or scheduled
    return Capacity(
        cores=cpu.cores if cpu is not None and cpu_group else float(scheduled),
        memory_bytes=memory.limit_bytes if memory is not None and memory_group else machine,
        cores_from=_cores_from(cpu_group, scheduled, board),
        memory_from=f"limit of {memory_group.name}" if memory_group else "the machine's memory",
        cpu_group=cpu_group,
        memory_group=memory_group,
        root=root,
    )


def allowed_cpus() -> frozenset[int]:
    """Return the CPUs the scheduler may put this process on."""
    try:
        return frozenset(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not Linux
        return frozenset(range(os.cpu_count() or 1))


def memory_used_bytes(capacity: Capacity) -> int:
    """Return the bytes in use within the capacity: the limiting group's, else the machine's."""
    if capacity.memory_group is not None:
        used = cgroup.memory_used_bytes(capacity.memory_group)
        if used is not None:
            return min(used, capacity.memory_bytes)
    machine = psutil.virtual_memory()
    return max(0, min(capacity.memory_bytes, machine.total - machine.available))


def _cores_from(group: cgroup.Group | None, scheduled: int, board: int) -> str:
    if group is not None:
        return f"quota of {group.name}"
    return "the machine's cores" if scheduled >= board else f"CPU affinity ({scheduled} of {board} cores)"
