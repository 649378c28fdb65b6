"""Can this plan be launched here, and will it fit?"""

from __future__ import annotations

import os
from pathlib import Path

from training.meters.capacity import memory_used_bytes
from training.meters.devices import DeviceListing, list_devices
from training.meters.gpu_facts import Gpu
from training.plan import SHARING_NOW, Plan
from training.preflight.check import Check, count_of, gib
from training.preflight.storage import check_disk, check_runtime_folder, check_writable

_CONTEXT_BYTES = 768 << 20
"""What a CUDA context with its libraries takes beside the framework's pool: a guess, for a warning only."""

_LITTLE_CPU_BYTES = 1 << 30
"""What a process with TensorFlow imported and a small model takes of a machine's memory, in round figures."""

_MIB = 1 << 20


def check_launch(
    plan: Plan, *, listing: DeviceListing | None = None, folder: Path | None = None
) -> tuple[Check, ...]:
    """Return what stands against launching `plan` now; a `bad` one means it cannot be.

    Args:
        plan: what is to be launched.
        listing: the devices as just listed; listed when None.
        folder: where the run's folder will lie; the state folder when None.
    """
    devices = listing or list_devices(environment=os.environ)
    device = _on_cpu(plan, devices) if plan.device.kind == "cpu" else _on_gpu(plan, devices)
    return (_sharing(plan), *device, check_disk(folder), check_writable(folder), check_runtime_folder())


def _sharing(plan: Plan) -> Check:
    if plan.sharing in SHARING_NOW:
        return Check("sharing", "ok", plan.sharing)
    return Check(
        "sharing", "bad", f"{plan.sharing} cannot be launched yet", f"use one of: {', '.join(SHARING_NOW)}"
    )


def _at_once(plan: Plan) -> int:
    return 1 if plan.sharing == "sequential" else len(plan.lanes)


def _on_cpu(plan: Plan, devices: DeviceListing) -> tuple[Check, ...]:
    capacity = devices.capacity
    free_bytes = capacity.memory_bytes - memory_used_bytes(capacity)
    need_bytes = _LITTLE_CPU_BYTES * _at_once(plan)
    message = f"{gib(free_bytes)} of {gib(capacity.memory_bytes)} free ({capacity.memory_from})"
    memory = Check("memory", "ok", message)
    if free_bytes < need_bytes:
        memory = Check("memory", "warn", message, "end other work, or choose sequential")
    capped = [lane for lane, spec in plan.lanes.items() if spec.preset.device.memory != "growth"]
    if not capped:
        return (memory,)
    lanes = " and ".join(capped)
    return (memory, Check("memory cap", "info", f"lane {lanes}: a memory cap has no effect on a CPU"))


def _on_gpu(plan: Plan, devices: DeviceListing) -> tuple[Check, ...]:
    gpu = next((gpu for gpu in devices.gpus if gpu.uuid == plan.device.uuid), None)
    if gpu is None:
        why = devices.why_no_gpu or devices.visibility or "it is not listed"
        message = f"{plan.device.name} {plan.device.uuid} cannot be used: {why}"
        return (Check("device", "bad", message, "choose another device"),)
    checks = [Check("device", "ok", f"{gpu.name} {gpu.uuid}"), _compute_mode(plan, gpu)]
    checks += _room(plan, gpu)
    checks += _foreign(gpu)
    if gpu.mig:
        checks.append(
            Check(
                "mig",
                "warn",
                "MIG is on: CUDA uses one instance only, and NVML tells no share by process",
                "choose a GPU without MIG",
            )
        )
    return tuple(checks)


def _compute_mode(plan: Plan, gpu: Gpu) -> Check:
    if gpu.compute_mode == "prohibited":
        return Check(
            "compute mode", "bad", "PROHIBITED: nothing may run on this GPU", "choose another device"
        )
    if gpu.compute_mode == "exclusive":
        remedy = "choose sequential, or ask an administrator for the default mode"
        if plan.sharing in ("together", "adaptive"):
            message = "EXCLUSIVE_PROCESS: a second process cannot start on this GPU"
            return Check("compute mode", "bad", message, remedy)
        if gpu.processes:
            message = "EXCLUSIVE_PROCESS, and another process holds this GPU"
            return Check("compute mode", "bad", message, "wait for it, or choose another device")
        return Check("compute mode", "warn", "EXCLUSIVE_PROCESS: one process at a time")
    return Check("compute mode", "ok" if gpu.compute_mode else "info", gpu.compute_mode or "not told")


def _room(plan: Plan, gpu: Gpu) -> list[Check]:
    if gpu.memory_total_bytes is None or gpu.memory_free_bytes is None:
        return [
            Check(
                "device memory",
                "info",
                "the GPU names no free memory of its own (unified memory, or not told)",
            )
        ]
    caps = [
        spec.preset.device.memory * _MIB
        for spec in plan.lanes.values()
        if spec.preset.device.memory != "growth"
    ]
    at_once = _at_once(plan)
    asked_bytes = max(caps, default=0) if at_once == 1 else sum(caps)
    need_bytes = asked_bytes + at_once * _CONTEXT_BYTES
    free = f"{gib(gpu.memory_free_bytes)} of {gib(gpu.memory_total_bytes)} free"
    if asked_bytes > gpu.memory_total_bytes:
        message = f"the caps ask for {gib(asked_bytes)}, the GPU has {gib(gpu.memory_total_bytes)}"
        return [
            Check("device memory", "bad", message, "lower the caps (device.memory), or choose sequential")
        ]
    if need_bytes > gpu.memory_free_bytes:
        message = f"{free}; caps and two CUDA contexts take about {gib(need_bytes)}"
        if at_once == 1:
            message = f"{free}; the cap and a CUDA context take about {gib(need_bytes)}"
        return [
            Check("device memory", "warn", message, "expect out of memory; lower the caps or free the GPU")
        ]
    return [Check("device memory", "ok", free)]


def _foreign(gpu: Gpu) -> list[Check]:
    if not gpu.processes:
        return []
    held_bytes = [process.memory_bytes for process in gpu.processes if process.memory_bytes is not None]
    who = ", ".join(str(process.pid) for process in gpu.processes[:8])
    more = f" and {len(gpu.processes) - 8} more" if len(gpu.processes) > 8 else ""
    held = f" holding {gib(sum(held_bytes))}" if held_bytes else ""
    return [
        Check(
            "others",
            "warn",
            f"{count_of(len(gpu.processes), 'other process')} on this GPU{held}: PID {who}{more}",
            "rates and the verdict will include them",
        )
    ]
