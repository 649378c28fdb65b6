"""Can this plan be launched here, and will it fit?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from training.analysis.forecast_memory import Experience, read_experience
from training.description import kept_description
from training.meters.devices import DeviceListing, list_devices
from training.meters.pid_namespace import has_own_pids
from training.plan import Plan
from training.preflight.backends import check_backends, check_built_for_cuda
from training.preflight.check import Check
from training.preflight.compute_mode import check_compute_mode
from training.preflight.container import check_surroundings
from training.preflight.cpu import check_cpu
from training.preflight.device_memory import Describe, check_device_memory, check_host_memory
from training.preflight.gpu import check_gpu
from training.preflight.mps import check_open_daemon, check_private_daemon
from training.preflight.one_process import check_one_process
from training.preflight.other_processes import check_others
from training.preflight.scripts import check_scripts
from training.preflight.storage import check_disk, check_runtime_folder, check_writable
from training.preflight.survival import check_survival
from training.preflight.target import Target, targets
from training.preflight.versions import check_cuda, check_cuda_libraries

DEVICE_CHECKS = frozenset({"device", "compute mode", "device memory", "memory", "cuda"})
"""The checks whose `stop` is the device's own: it is there, and cannot be used for the plan."""


def check_launch(
    plan: Plan,
    *,
    listing: DeviceListing | None = None,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    root: Path = Path("/"),
    describe: Describe = kept_description,
    experience: Experience | None = None,
) -> tuple[Check, ...]:
    """Return what stands against launching `plan` now; one that says `stop` means it cannot be.

    Args:
        plan: what is to be launched.
        listing: the devices as just listed; listed when None.
        folder: where the run's folder will lie; the state folder when None.
        environment: the variables the workers will inherit; this process's when None.
        root: the root of the file system that holds /proc.
        describe: returns what is known of a model's size without asking Keras.
        experience: what earlier runs and benches measured; read when None.
    """
    variables = os.environ if environment is None else environment
    devices = listing or list_devices(environment=variables, root=root)
    on_gpu = plan.device.kind == "gpu"
    known = read_experience() if experience is None else experience
    if on_gpu:
        device = _on_gpu(plan, devices, variables, root, known, describe)
    else:
        device = _on_cpu(plan, devices, known, describe)
    return (
        *check_scripts(plan, variables),
        *check_backends(plan),
        *check_one_process(plan),
        *device,
        *check_private_daemon(plan, variables, root),
        check_cpu(devices.capacity, root, trainings=_at_once(plan)),
        *check_surroundings(variables, root, driver_version=devices.driver_version, has_gpu=on_gpu),
        check_survival(variables, root),
        check_disk(folder),
        check_writable(folder),
        check_runtime_folder(),
    )


def _at_once(plan: Plan) -> int:
    return 1 if plan.sharing == "sequential" else len(plan.lanes)


def _on_cpu(
    plan: Plan, devices: DeviceListing, experience: Experience, describe: Describe
) -> tuple[Check, ...]:
    memory = check_host_memory(plan, devices.capacity, experience, describe)
    capped = [lane for lane, spec in plan.lanes.items() if spec.preset.device.memory != "growth"]
    if not capped:
        return (memory,)
    lanes = " and ".join(capped)
    return (memory, Check("memory cap", "info", f"lane {lanes}: a memory cap has no effect on a CPU"))


def _on_gpu(
    plan: Plan,
    devices: DeviceListing,
    variables: Mapping[str, str],
    root: Path,
    experience: Experience,
    describe: Describe,
) -> tuple[Check, ...]:
    found = targets(plan, devices.gpus)
    if {lane for target in found for lane in target.lanes} != set(plan.lanes):
        asked = " and ".join(
            dict.fromkeys(f"{device.name} {device.uuid}" for device in map(plan.device_of, plan.lanes))
        )
        why = devices.why_no_gpu or devices.visibility or "it is not listed"
        return (Check("device", "stop", f"{asked} cannot be used: {why}", "choose another device"),)
    own_pids = has_own_pids(root)
    checks: list[Check] = []
    for target in found:
        checks += [_device(target), check_compute_mode(target, plan.sharing)]
        checks.append(check_device_memory(plan, target, experience, describe))
        checks += check_others(target, has_own_pids=own_pids)
    checks += check_gpu(found[0].gpu)  # instances of one plan are of one GPU
    if any(spec.preset.known_backend == "tensorflow" for spec in plan.lanes.values()):
        checks += [
            check_cuda(devices.cuda_version, devices.driver_version, may_use_cpu=plan.if_no_gpu == "cpu"),
            check_cuda_libraries(has_gpu=True, environment=variables, root=root),
        ]
    checks += check_built_for_cuda(plan)
    checks += check_open_daemon(plan, variables, root)
    return tuple(checks)


def _device(target: Target) -> Check:
    if target.gpu.mig and target.instance is None:
        message = f"{target.name} has MIG on: only an instance of it can be used"
        return Check("device", "stop", message, "choose a MIG instance, or another device")
    lanes = f" for lane {target.lanes[0]}" if len(target.lanes) == 1 else ""
    return Check("device", "pass", f"{target.name}{lanes}")
