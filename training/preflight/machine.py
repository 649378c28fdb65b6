"""Doctor: what this machine and this installation offer a training."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from training.meters.devices import DeviceListing, DeviceUnavailableError, choose_device, list_devices
from training.meters.gpu_facts import Gpu
from training.meters.pid_namespace import has_own_pids
from training.meters.visible_gpus import VARIABLE
from training.preflight.backends import check_installed
from training.preflight.check import Check, State, gib
from training.preflight.container import check_surroundings
from training.preflight.cpu import check_cpu
from training.preflight.gpu import check_gpu
from training.preflight.mps import check_control_program, check_left_daemons, check_open_daemon
from training.preflight.other_processes import check_others
from training.preflight.storage import check_disk, check_runtime_folder, try_state_folder
from training.preflight.survival import check_survival
from training.preflight.target import Target
from training.preflight.terminal import check_terminal
from training.preflight.versions import check_cuda, check_cuda_libraries

_MODES = {
    "exclusive": "one process at a time: choose mps or sequential",
    "prohibited": "an administrator shut it: choose another device",
}
_PACKAGES = ("tensorflow", "keras", "textual", "plotext", "nvidia-ml-py")


def doctor(
    *,
    environment: Mapping[str, str] | None = None,
    listing: DeviceListing | None = None,
    root: Path = Path("/"),
) -> tuple[Check, ...]:
    """Return everything looked at; one that says `stop` keeps trainings from starting.

    Args:
        environment: the variables to judge; this process's when None.
        listing: the devices; listed when None.
        root: the root of the file system that holds /proc.
    """
    variables = os.environ if environment is None else environment
    devices = listing or list_devices(environment=variables, root=root)
    has_gpu = bool(devices.gpus)
    return (
        _python(),
        _platform(),
        *(_package(name) for name in _PACKAGES),
        *check_installed(),
        *_gpus(devices, has_own_pids(root)),
        *_visibility(devices, variables),
        *_versions(devices, variables, root),
        *((check_control_program(variables), *check_open_daemon(None, variables, root)) if has_gpu else ()),
        *check_left_daemons(),
        _automatic(devices),
        Check("processor", "info", devices.cpu_name),
        check_cpu(devices.capacity, root),
        Check("memory", "info", f"{gib(devices.capacity.memory_bytes)}: {devices.capacity.memory_from}"),
        *check_surroundings(variables, root, driver_version=devices.driver_version, has_gpu=has_gpu),
        check_survival(variables, root),
        check_disk(),
        try_state_folder(),
        check_runtime_folder(),
        *check_terminal(variables),
    )


def _python() -> Check:
    version = platform.python_version()
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        return Check("python", "stop", version, "use Python 3.11, 3.12 or 3.13")
    return Check("python", "pass", f"{version} at {sys.executable}")


def _platform() -> Check:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    if sys.platform != "linux":
        return Check("platform", "warn", system, "only Linux is tried")
    return Check("platform", "pass", system)


def _package(name: str) -> Check:
    try:
        return Check(name, "pass", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, "stop", "not installed", f"install it: {sys.executable} -m pip install {name}")


def _gpus(devices: DeviceListing, own_pids: bool | None) -> tuple[Check, ...]:
    driver = f", driver {devices.driver_version}" if devices.driver_version else ""
    checks = [
        Check("gpu driver", "warn" if devices.gpus else "stop", trouble, "see what nvidia-smi says")
        for trouble in devices.troubles
    ]
    if not devices.gpus and not devices.troubles:
        # Training on the CPU is a use of its own: no GPU is a fact, not a fault.
        why = str(devices.why_no_gpu)
        told = why if (devices.driver_version or "") in why else why + driver
        checks.append(Check("gpu", "info", told))
    for gpu in devices.gpus:
        checks += _gpu(gpu, driver, own_pids)
    return tuple(checks)


def _gpu(gpu: Gpu, driver: str, own_pids: bool | None) -> list[Check]:
    """What of a GPU stands for itself, and below it everything that is not as it should be."""
    label = f"gpu:{gpu.index}"
    state: State = "pass"
    parts = [f"{gpu.name} {gpu.uuid}{driver}"]
    if gpu.memory_free_bytes is not None and gpu.memory_total_bytes is not None:
        parts.append(f"{gib(gpu.memory_free_bytes)} of {gib(gpu.memory_total_bytes)} free")
    if gpu.utilization_percent is not None:
        parts.append(f"{gpu.utilization_percent:.0f} % busy")
    remedy = _MODES.get(gpu.compute_mode or "", "")
    if remedy:
        state = "warn"
        parts.append(f"compute mode {str(gpu.compute_mode).upper()}")
    checks = [Check(label, state, ", ".join(parts), remedy)]
    found = [*check_gpu(gpu)]
    if not gpu.mig:
        found += check_others(Target(gpu, ()), has_own_pids=own_pids)
    for instance in gpu.mig_instances:
        for check in check_others(Target(gpu, (), instance), has_own_pids=own_pids):
            name = f"MIG {instance.gpu_instance_id} {check.name}"
            found.append(replace(check, name=name, message=f"{instance.uuid}: {check.message}"))
    return checks + [replace(check, name=f"{label} {check.name}") for check in found]


def _visibility(devices: DeviceListing, variables: Mapping[str, str]) -> tuple[Check, ...]:
    value = variables.get(VARIABLE)
    if value is None:
        return ()
    said = devices.visibility or f"{VARIABLE}={value}"
    hidden_by_it = not devices.gpus and bool(devices.visibility)
    remedy = f"unset {VARIABLE} unless a scheduler set it" if hidden_by_it else ""
    return (Check("visibility", "warn" if hidden_by_it else "info", said, remedy),)


def _versions(devices: DeviceListing, variables: Mapping[str, str], root: Path) -> tuple[Check, ...]:
    has_gpu = bool(devices.gpus)
    libraries = check_cuda_libraries(has_gpu=has_gpu, environment=variables, root=root)
    if not has_gpu:
        return (libraries,)
    return (check_cuda(devices.cuda_version, devices.driver_version), libraries)


def _automatic(devices: DeviceListing) -> Check:
    try:
        device = choose_device("auto", devices)
    except DeviceUnavailableError as error:
        return Check("device auto", "stop", str(error))
    return Check("device auto", "info", f"{device.kind}: {device.name}, because {device.chosen_because}")
