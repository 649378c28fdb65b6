"""What speaks for and against one GPU, whatever is to run on it: its health, its clocks, its kind."""

from __future__ import annotations

from training.meters.gpu_facts import Gpu
from training.preflight.check import Check, gib

_BY_POWER = frozenset({"power cap", "board limit"})
_BY_ITS_SETTINGS = frozenset({"sync boost", "display clocks", "reliability"})


def check_gpu(gpu: Gpu) -> tuple[Check, ...]:
    """Return what is known of the GPU before anything runs on it; what the driver does not tell is left out."""
    found = (_persistence(gpu), _memory_errors(gpu), _clocks(gpu), _unified(gpu), _vgpu(gpu), _mig(gpu))
    return tuple(check for check in found if check is not None)


def _persistence(gpu: Gpu) -> Check | None:
    if gpu.persistence is None:
        return None
    if gpu.persistence:
        return Check("persistence", "pass", "on: the driver stays loaded between trainings")
    return Check(
        "persistence",
        "warn",
        "off: while nobody uses the GPU the driver unloads it, and the next start waits seconds for it",
        "an administrator can start nvidia-persistenced",
    )


def _memory_errors(gpu: Gpu) -> Check | None:
    """Errors and repairs: nvml.h, nvmlDeviceGetTotalEccErrors, …GetRemappedRows, …GetRetiredPagesPendingStatus."""
    found, remedies = [], []
    if gpu.ecc_errors:
        found.append(
            f"memory errors that could not be corrected since the driver was loaded: {gpu.ecc_errors}"
        )
        remedies.append("choose another device; results may be wrong here")
    if gpu.repair_pending:
        found.append("retired pages or remapped rows wait for a reset of the GPU, or could not be repaired")
        remedies.append("have an administrator reset the GPU")
    if found:
        return Check("memory errors", "warn", "; ".join(found), "; ".join(remedies))
    if gpu.ecc_errors is None and gpu.repair_pending is None:
        return None
    return Check("memory errors", "pass", "none since the driver was loaded, no repair pending")


def _clocks(gpu: Gpu) -> Check | None:
    reasons = gpu.event_reasons
    if reasons is None:
        return None
    if not reasons:
        return Check("clocks", "pass", "nothing holds them down now")
    message = f"held down now: {', '.join(reasons)}"
    if set(reasons) <= _BY_ITS_SETTINGS:
        return Check("clocks", "info", message)
    if set(reasons) <= _BY_POWER | _BY_ITS_SETTINGS:
        return Check(
            "clocks", "warn", message, "somebody works the GPU to its power limit: wait, or choose another"
        )
    return Check(
        "clocks", "warn", message, "let the GPU cool down, and have its cooling and power supply looked at"
    )


def _unified(gpu: Gpu) -> Check | None:
    if not gpu.unified:
        return None
    return Check("unified memory", "info", "the GPU has no memory of its own: the figures are the machine's")


def _vgpu(gpu: Gpu) -> Check | None:
    if not gpu.is_vgpu:
        return None
    message = "the driver may tell no memory by process, and other machines share the card unseen"
    return Check("vgpu", "info", message)


def _mig(gpu: Gpu) -> Check | None:
    if not gpu.mig:
        return None
    if not gpu.mig_instances:
        return Check(
            "mig", "warn", "MIG is on, and there is no instance to use", "an administrator can make instances"
        )
    sizes = ", ".join(
        one.name + (f" ({gib(one.memory_free_bytes)} free)" if one.memory_free_bytes is not None else "")
        for one in gpu.mig_instances
    )
    message = (
        f"on: a training uses one instance, and the driver tells no SM share by process; instances: {sizes}"
    )
    return Check("mig", "info", message)
