"""A worker's environment is complete before its framework is imported."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from tests.unit.made_runs import preset
from training.plan import PlannedDevice
from training.preset import Preset
from training.preset.document import DeviceSpec
from training.record.run_folder import RunFolder
from training.supervisor.launch_environment import RUN_VARIABLE, left_out, worker_environment

CPU = PlannedDevice("cpu", "CPU")
RUN = RunFolder(Path("/runs/run-1"))
GPU = PlannedDevice("gpu", "A100", uuid="GPU-1234")
CAPPED = structs.replace(preset(), device=DeviceSpec(memory=2048))
ASYNC = {"TF_GPU_ALLOCATOR": "cuda_malloc_async"}


MIG = PlannedDevice("gpu", "1g.10gb", uuid="MIG-5678", mig_of="GPU-1234")


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
    environment = worker_environment({"TF_FORCE_GPU_ALLOW_GROWTH": "true"}, GPU, CAPPED, RUN)
    assert "TF_FORCE_GPU_ALLOW_GROWTH" not in environment


def test_a_mig_instance_is_named_by_its_own_uuid() -> None:
    environment = worker_environment({"CUDA_DEVICE_ORDER": "FASTEST_FIRST"}, MIG, preset(), RUN)
    assert environment["CUDA_VISIBLE_DEVICES"] == "MIG-5678"
    assert environment["CUDA_DEVICE_ORDER"] == "PCI_BUS_ID"


def test_an_allocator_that_knows_no_cap_is_left_out_and_told() -> None:
    assert "TF_GPU_ALLOCATOR" not in worker_environment(ASYNC, GPU, CAPPED, RUN)
    assert "2048 MiB" in left_out(ASYNC, GPU, CAPPED)["TF_GPU_ALLOCATOR"]


@pytest.mark.parametrize(
    ("inherited", "device", "lane"),
    [
        (ASYNC, GPU, preset()),
        ({"TF_GPU_ALLOCATOR": "bfc"}, GPU, CAPPED),
        (ASYNC, CPU, CAPPED),
        ({}, GPU, CAPPED),
    ],
)
def test_any_other_allocator_is_the_persons_own(
    inherited: dict[str, str], device: PlannedDevice, lane: Preset
) -> None:
    environment = worker_environment(inherited, device, lane, RUN)
    assert environment.get("TF_GPU_ALLOCATOR") == inherited.get("TF_GPU_ALLOCATOR")
    assert not left_out(inherited, device, lane)


@pytest.mark.parametrize("device", [CPU, GPU, MIG])
def test_nvml_is_never_told_to_list_mps_devices(device: PlannedDevice) -> None:
    inherited = {"NVML_MPS_DEVICE_ENUMERATION": "1", "TF_DEVICE_MIN_SYS_MEMORY_IN_MB": "500"}
    environment = worker_environment(inherited, device, preset(), RUN)
    assert "NVML_MPS_DEVICE_ENUMERATION" not in environment
    assert environment["TF_DEVICE_MIN_SYS_MEMORY_IN_MB"] == "500"


@pytest.mark.parametrize(("given", "used"), [({}, "1"), ({"TF_CPP_MIN_LOG_LEVEL": "0"}, "0")])
def test_a_persons_log_level_is_kept(given: dict[str, str], used: str) -> None:
    assert worker_environment(given, CPU, preset(), RUN)["TF_CPP_MIN_LOG_LEVEL"] == used


def test_what_was_inherited_is_not_changed() -> None:
    inherited = {"CUDA_VISIBLE_DEVICES": "0"}
    worker_environment(inherited, CPU, preset(), RUN)
    assert inherited == {"CUDA_VISIBLE_DEVICES": "0"}
