"""Doctor: what this machine and this installation offer a training."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from training.meters.devices import DeviceListing, DeviceUnavailableError, choose_device, list_devices
from training.meters.visible_gpus import VARIABLE
from training.preflight.check import Check, State, count_of, gib
from training.preflight.storage import check_disk, check_runtime_folder, check_writable
from training.preflight.terminal import check_terminal

_PACKAGES = ("tensorflow", "keras", "textual", "plotext", "nvidia-ml-py")


def doctor(
    *,
    environment: Mapping[str, str] | None = None,
    listing: DeviceListing | None = None,
    root: Path = Path("/"),
) -> tuple[Check, ...]:
    """Return everything looked at; a `bad` one keeps trainings from starting.

    Args:
        environment: the variables to judge; this process's when None.
        listing: the devices; listed when None.
        root: the root of the file system that holds /proc.
    """
    variables = os.environ if environment is None else environment
    devices = listing or list_devices(environment=variables, root=root)
    return (
        _python(),
        _platform(),
        *(_package(name) for name in _PACKAGES),
        *_gpus(devices),
        *_visibility(devices, variables),
        _automatic(devices),
        Check("cpu", "info", f"{devices.cpu_name}: {devices.capacity.cores_from}"),
        Check("memory", "info", f"{gib(devices.capacity.memory_bytes)}: {devices.capacity.memory_from}"),
        *_container(variables, root),
        check_disk(),
        check_writable(),
        check_runtime_folder(),
        *check_terminal(variables),
    )


def _python() -> Check:
    version = platform.python_version()
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        return Check("python", "bad", version, "use Python 3.11, 3.12 or 3.13")
    return Check("python", "ok", f"{version} at {sys.executable}")


def _platform() -> Check:
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    if sys.platform != "linux":
        return Check("platform", "warn", system, "only Linux is tried")
    if "microsoft" in platform.release().lower():
        return Check("platform", "info", f"{system} (WSL2: the driver does not tell memory by process)")
    return Check("platform", "ok", system)


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Check(name, "bad", "not installed", f"install it: {sys.executable} -m pip install {name}")


def _gpus(devices: DeviceListing) -> tuple[Check, ...]:
    driver = f", driver {devices.driver_version}" if devices.driver_version else ""
    if not devices.gpus:
        # Training on the CPU is a use of its own: no GPU is a fact, not a fault.
        return (Check("gpu", "info", f"{devices.why_no_gpu}{driver}"),)
    checks = []
    for gpu in devices.gpus:
        state: State = "ok"
        parts = [f"{gpu.name} {gpu.uuid}{driver}"]
        if gpu.memory_total_bytes is None:
            parts.append("unified memory")
        elif gpu.memory_free_bytes is not None:
            parts.append(f"{gib(gpu.memory_free_bytes)} of {gib(gpu.memory_total_bytes)} free")
        if gpu.processes:
            parts.append(f"{count_of(len(gpu.processes), 'process')} on it")
        if gpu.mig:
            parts.append("MIG is on")
        if gpu.compute_mode not in (None, "default"):
            state = "warn"
            parts.append(f"compute mode {str(gpu.compute_mode).upper()}")
        checks.append(Check(f"gpu:{gpu.index}", state, ", ".join(parts)))
    return tuple(checks)


def _visibility(devices: DeviceListing, variables: Mapping[str, str]) -> tuple[Check, ...]:
    value = variables.get(VARIABLE)
    if value is None:
        return ()
    said = devices.visibility or f"{VARIABLE}={value}"
    hidden_by_it = not devices.gpus and bool(devices.visibility)
    remedy = f"unset {VARIABLE} unless a scheduler set it" if hidden_by_it else ""
    return (Check("visibility", "warn" if hidden_by_it else "info", said, remedy),)


def _automatic(devices: DeviceListing) -> Check:
    try:
        device = choose_device("auto", devices)
    except DeviceUnavailableError as error:
        return Check("device auto", "bad", str(error))
    return Check("device auto", "info", f"{device.kind}: {device.name}, because {device.chosen_because}")


def _container(variables: Mapping[str, str], root: Path) -> tuple[Check, ...]:
    signs = {
        "Docker": (root / ".dockerenv").exists(),
        "Podman": (root / "run/.containerenv").exists(),
        "Kubernetes": "KUBERNETES_SERVICE_HOST" in variables,
        "a container": bool(variables.get("container")),
    }
    inside = [name for name, seen in signs.items() if seen]
    if not inside:
        return ()
    message = (
        f"looks like {inside[0]}: on a GPU, memory and share by process may need the host's PID namespace"
    )
    return (Check("container", "info", message, "start it with --pid=host (hostPID) to see them"),)
