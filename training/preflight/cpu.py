"""Cores and how busy they are: two input pipelines need them, and a busy machine makes windows unsteady."""

from __future__ import annotations

from pathlib import Path

from training.meters.capacity import Capacity
from training.preflight.check import Check

_BUSY_SHARE = 0.5


def check_cpu(capacity: Capacity, root: Path, *, trainings: int = 2) -> Check:
    """Return the cores this process may use and the load on the machine.

    Args:
        capacity: what may be used.
        root: the root of the file system that holds /proc.
        trainings: how many run at once.
    """
    cores = f"{capacity.cores:g} {'core' if capacity.cores == 1 else 'cores'} ({capacity.cores_from})"
    load = _load(root)
    if load is None:
        return Check("cpu", "info", f"{cores}; the load is not told")
    # Under a quota the load is still that of the whole machine: it says how much others want of it.
    message = f"{cores}, load {load:.1f} over the last minute"
    if load > _BUSY_SHARE * capacity.cores:
        return Check(
            "cpu",
            "warn",
            f"{message}: others want them too",
            "end other work, or expect slower, unsteady steps",
        )
    if capacity.cores < trainings:
        message += f": fewer than one for each of {trainings} trainings"
        return Check("cpu", "warn", message, "give this container or job more cores, or choose sequential")
    return Check("cpu", "pass", message)


def _load(root: Path) -> float | None:
    try:
        return float((root / "proc/loadavg").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
