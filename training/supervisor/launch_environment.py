"""A worker's environment: complete before its framework is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping

from training.plan import PlannedDevice
from training.preset import Preset
from training.preset.backend import ON_CPU
from training.record.mps_home import PIPES_VARIABLE
from training.record.run_folder import RunFolder
from training.record.run_home import runtime_home
from training.supervisor.memory_rules import memory_rules
from training.supervisor.mps_control import MPS_PREFIX

RUN_VARIABLE = "DUALTRAIN_RUN"
"""Marks every process of a run with the run's folder, so that the clean-up at the end finds those that left their
group. The folder and not the name: a name may occur twice."""

NEVER_PASSED_ON = ("NVML_MPS_DEVICE_ENUMERATION",)
"""With it set to 1, NVML answers "not supported" to nearly every question about a GPU (nvml.h)."""

_DEVICE_OF_TORCH = "KERAS_TORCH_DEVICE"
"""What Keras takes for PyTorch's device before it looks for one."""


def worker_environment(
    inherited: Mapping[str, str],
    device: PlannedDevice,
    preset: Preset,
    folder: RunFolder,
    mps: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The environment of one worker on its lane's device: a CPU, a GPU, or a MIG instance.

    A GPU is named by UUID, as CUDA's order of indices is its own; the order is set too, for code of a user's that
    asks by index. How a backend is kept from taking the whole card is told in memory_rules.py.

    Nothing of CUDA_MPS_* is inherited: `mps` is all a worker gets of it.
    """
    environment = {
        name: value
        for name, value in inherited.items()
        if name not in NEVER_PASSED_ON and not name.startswith(MPS_PREFIX)
    }
    environment.update(
        {
            RUN_VARIABLE: str(folder.path),
            "PYTHONSAFEPATH": "1",
            "PYTHONUNBUFFERED": "1",
            "KERAS_BACKEND": preset.fit.backend,
            "TF_CPP_MIN_LOG_LEVEL": inherited.get("TF_CPP_MIN_LOG_LEVEL", "1"),
        }
    )
    if preset.fit.backend == "jax" and preset.device.precision == "float64":
        environment["JAX_ENABLE_X64"] = "1"  # without it JAX makes every float64 a float32
    if device.kind == "cpu":
        return {**environment, **ON_CPU}
    environment |= mps or {}
    environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
    environment["CUDA_VISIBLE_DEVICES"] = device.uuid or inherited.get("CUDA_VISIBLE_DEVICES", "0")
    rules = memory_rules(inherited, device, preset)
    for name in (*rules.left_out, _DEVICE_OF_TORCH):
        environment.pop(name, None)
    return environment | rules.variables


def left_out(inherited: Mapping[str, str], device: PlannedDevice, preset: Preset) -> dict[str, str]:
    """The variables a person set that a worker does not get, each with the reason, as a note for the run's events."""
    if device.kind != "gpu":
        return {}
    notes = {
        name: f"{name} is left out: it would put a training under an MPS daemon, or limits, that are not this run's"
        for name in sorted(inherited)
        if name.startswith(MPS_PREFIX)
    }
    return notes | memory_rules(inherited, device, preset).notes


def without_mps() -> dict[str, str]:
    """What keeps a worker from MPS: pipes that lead nowhere.

    With no variable CUDA looks for a daemon in /tmp/nvidia-mps, and with one there, somebody else's, the two would
    share the device in another way than the run says. Where no daemon answers, CUDA goes on without MPS (man
    nvidia-cuda-mps-control); the empty folder is this user's alone, so that nobody can put one there.
    """
    try:
        folder = runtime_home() / "no-mps"
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        return {}
    return {PIPES_VARIABLE: str(folder)}


def own_environment() -> Mapping[str, str]:
    """What the supervisor itself was given."""
    return os.environ
