"""A worker's environment: complete before its framework is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping

from training.plan import PlannedDevice
from training.preset import Preset
from training.record.run_folder import RunFolder

RUN_VARIABLE = "DUALTRAIN_RUN"
"""Marks every process of a run with the run's folder, so that the clean-up at the end finds those that left their
group. The folder and not the name: a name may occur twice."""


def worker_environment(
    inherited: Mapping[str, str], device: PlannedDevice, preset: Preset, folder: RunFolder
) -> dict[str, str]:
    """The environment of one worker.

    `TF_FORCE_GPU_ALLOW_GROWTH` is how TensorFlow is kept from taking the whole card; a preset's cap in MiB is set
    in the worker instead, as growth and cap cannot both be asked for.
    """
    environment = dict(inherited)
    environment.update(
        {
            RUN_VARIABLE: str(folder.path),
            "PYTHONSAFEPATH": "1",
            "PYTHONUNBUFFERED": "1",
            "KERAS_BACKEND": preset.fit.backend,
            "TF_CPP_MIN_LOG_LEVEL": inherited.get("TF_CPP_MIN_LOG_LEVEL", "1"),
        }
    )
    if device.kind == "cpu":
        # "-1" rather than "": an empty value is taken as unset by some layers of CUDA's tools.
        environment["CUDA_VISIBLE_DEVICES"] = "-1"
    else:
        environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID"
        environment["CUDA_VISIBLE_DEVICES"] = device.uuid or inherited.get("CUDA_VISIBLE_DEVICES", "0")
        if preset.device.memory == "growth":
            environment["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
        else:
            environment.pop("TF_FORCE_GPU_ALLOW_GROWTH", None)
    return environment


def own_environment() -> Mapping[str, str]:
    """What the supervisor itself was given."""
    return os.environ
