"""A run that is not under MPS is under nobody's, and one that is, under its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.plan import PlannedDevice
from training.preset import Preset
from training.preset_library import resolve
from training.record.run_folder import RunFolder
from training.supervisor.launch_environment import left_out, without_mps, worker_environment

GPU = PlannedDevice(kind="gpu", name="NVIDIA Test", uuid="GPU-1111")
CPU = PlannedDevice(kind="cpu", name="Some CPU")
INHERITED = {
    "CUDA_MPS_PIPE_DIRECTORY": "/tmp/of-somebody-else",
    "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE": "10",
    "PATH": "/bin",
}


@pytest.fixture
def preset() -> Preset:
    found = resolve("seed-binary").preset
    assert found is not None
    return found


def mps_of(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("CUDA_MPS_")}


def test_nothing_of_mps_is_inherited_and_that_is_said(preset: Preset) -> None:
    folder = RunFolder(Path("/r"))
    assert mps_of(worker_environment(INHERITED, CPU, preset, folder)) == {}
    own = {"CUDA_MPS_PIPE_DIRECTORY": "/run/own/p"}
    assert mps_of(worker_environment(INHERITED, GPU, preset, folder, own)) == own
    notes = left_out(INHERITED, GPU, preset)
    assert set(notes) == {"CUDA_MPS_PIPE_DIRECTORY", "CUDA_MPS_ACTIVE_THREAD_PERCENTAGE"}
    assert left_out(INHERITED, CPU, preset) == {}


def test_without_mps_the_default_folder_is_not_asked_either(preset: Preset) -> None:
    (folder,) = without_mps().values()
    assert Path(folder).is_dir()
    assert not list(Path(folder).iterdir())
    assert Path(folder).stat().st_mode & 0o077 == 0
    told = mps_of(worker_environment({}, GPU, preset, RunFolder(Path("/r")), without_mps()))
    assert told == {"CUDA_MPS_PIPE_DIRECTORY": folder}
