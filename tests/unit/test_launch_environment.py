"""A worker's environment is complete before its framework is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.made_runs import preset
from training.plan import PlannedDevice
from training.preset import Preset
from training.preset.document import DeviceSpec
from training.record.run_folder import RunFolder
from training.supervisor.launch_environment import RUN_VARIABLE, worker_environment

CPU = PlannedDevice("cpu", "CPU")
RUN = RunFolder(Path("/runs/run-1"))
GPU = PlannedDevice("gpu", "A100", uuid="GPU-1234")


def _capped() -> Preset:
    base = preset()
    return Preset(title="t", model=base.model, data=base.data, fit=base.fit, device=DeviceSpec(memory=2048))


def test_every_worker_is_marked_and_safe_from_the_users_modules() -> None:
    environment = worker_environment({"HOME": "/home/u"}, CPU, preset(), RUN)
    assert environment["HOME"] == "/home/u"
    assert environment[RUN_VARIABLE] == "/runs/run-1"
    assert environment["PYTHONSAFEPATH"] == "1"
    assert environment["KERAS_BACKEND"] == "tensorflow"


def test_a_cpu_run_hides_every_gpu() -> None:
    environment = worker_environment({"CUDA_VISIBLE_DEVICES": "0,1"}, CPU, preset(), RUN)
    assert environment["CUDA_VISIBLE_DEVICES"] == "-1"


def test_a_gpu_is_named_by_uuid_and_memory_grows() -> None:
    environment = worker_environment({"CUDA_VISIBLE_DEVICES": "1"}, GPU, preset(), RUN)
    assert environment["CUDA_VISIBLE_DEVICES"] == "GPU-1234"
    assert environment["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"
    assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def test_a_cap_and_growth_are_not_both_asked_for() -> None:
    environment = worker_environment({"TF_FORCE_GPU_ALLOW_GROWTH": "true"}, GPU, _capped(), RUN)
    assert "TF_FORCE_GPU_ALLOW_GROWTH" not in environment


@pytest.mark.parametrize(("given", "used"), [({}, "1"), ({"TF_CPP_MIN_LOG_LEVEL": "0"}, "0")])
def test_a_persons_log_level_is_kept(given: dict[str, str], used: str) -> None:
    assert worker_environment(given, CPU, preset(), RUN)["TF_CPP_MIN_LOG_LEVEL"] == used


def test_what_was_inherited_is_not_changed() -> None:
    inherited = {"CUDA_VISIBLE_DEVICES": "0"}
    worker_environment(inherited, CPU, preset(), RUN)
    assert inherited == {"CUDA_VISIBLE_DEVICES": "0"}
