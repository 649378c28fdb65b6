"""Why a framework sees no GPU: each cause is told with its remedy, over a real libcuda.so.1 that is ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from training.cuda_libraries import missing_libraries, missing_wheels
from training.worker.cuda_driver import ask_cuda_driver

BUILD = {"is_cuda_build": True, "cuda_version": "12.5.1", "cudnn_version": "9"}
NO_DRIVER = pytest.mark.skipif(
    ask_cuda_driver().load_error is None,
    reason="this machine has an NVIDIA driver, whose library would be found",
)
NO_WHEELS = pytest.mark.skipif(
    missing_wheels() == (), reason="the cuda extra is installed here, so its libraries would be found"
)
ASK = """
import json, sys
from pathlib import Path
from training.worker.no_gpu import why_no_gpu
told = why_no_gpu(json.loads(sys.argv[1]), root=Path(sys.argv[2]))
print(json.dumps([told.why, told.remedy]))
"""
CUDA_12 = (
    "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11", "libcusolver.so.11",
    "libcusparse.so.12", "libcudnn.so.9",
)  # fmt: skip


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the stand-in driver library."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler: the stand-in for libcuda.so.1 cannot be made")
    folder = tmp_path_factory.mktemp("driver")
    source = Path(__file__).with_name("stand_in_libcuda.c")
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", str(folder / "libcuda.so.1"), str(source)],
        check=True,
        timeout=60,
    )
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The root of a file system that has the CUDA libraries TensorFlow wants."""
    (tmp_path / "usr/lib64").mkdir(parents=True)
    for name in CUDA_12:
        (tmp_path / "usr/lib64" / name).touch()
    return tmp_path


def _why(root: Path, *, build: Mapping[str, Any] = BUILD, **environment: str) -> tuple[str, str]:
    """What a child with this environment finds out."""
    inherited = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", ASK, json.dumps(build), str(root)],
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    why, remedy = json.loads(done.stdout)
    return why, remedy


def test_a_build_without_cuda(root: Path) -> None:
    why, remedy = _why(root, build={"is_cuda_build": False})
    assert why == "TensorFlow sees no GPU: it is a build without CUDA"
    assert "pip install 'dualtrain[cuda]'" in remedy


@NO_DRIVER
def test_the_driver_library_is_missing(root: Path, tmp_path: Path) -> None:
    why, remedy = _why(root)
    assert why == "TensorFlow sees no GPU: the NVIDIA driver's libcuda.so.1 is missing"
    assert remedy.startswith("Install the NVIDIA driver")
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/version").touch()
    why, remedy = _why(root)
    assert "a container without the compute capability" in why
    assert "NVIDIA_DRIVER_CAPABILITIES=compute,utility" in remedy


def test_the_driver_library_is_damaged(root: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/libcuda.so.1").write_text("not a library")
    why, _ = _why(root, LD_LIBRARY_PATH=str(tmp_path / "broken"))
    assert "cannot be loaded" in why
    assert "file too short" in why or "invalid ELF header" in why


@pytest.mark.parametrize(
    ("told", "words", "remedy"),
    [
        (
            {"STAND_IN_CUDA_VERSION": "11040"},
            "too old: it runs CUDA up to 11.4, TensorFlow is built for 12.5.1",
            "12",
        ),
        (
            {"STAND_IN_CUDA_INIT": "100"},
            "CUDA finds no device under CUDA_VISIBLE_DEVICES=GPU-1",
            "nvidia-smi -L",
        ),
        ({"STAND_IN_CUDA_DEVICES": "0"}, "CUDA finds no device under CUDA_VISIBLE_DEVICES=GPU-1", "MIG"),
        ({"STAND_IN_CUDA_INIT": "803"}, "of different versions", "Reboot"),
        ({"STAND_IN_CUDA_INIT": "34"}, "stub", "LD_LIBRARY_PATH"),
        ({"STAND_IN_CUDA_INIT": "999"}, "nvidia-uvm", "modprobe"),
        ({"STAND_IN_CUDA_INIT": "46"}, "EXCLUSIVE_PROCESS", "Wait"),
        ({"STAND_IN_CUDA_INIT": "807"}, "MPS server", "clients"),
        ({"STAND_IN_CUDA_INIT": "719"}, "cuInit answers 719", "CUresult"),
        (
            {"STAND_IN_CUDA_VERSION": "12020"},
            "takes none",
            "lane's log",
        ),  # a lower minor version is no obstacle
    ],
)
def test_what_the_driver_says(
    root: Path, driver: Path, told: Mapping[str, str], words: str, remedy: str
) -> None:
    environment = {"LD_LIBRARY_PATH": str(driver), "CUDA_VISIBLE_DEVICES": "GPU-1", **told}
    why, do = _why(root, build=BUILD, **environment)
    assert words in why
    assert remedy in do
    assert "also" not in why


@NO_WHEELS
def test_libraries_are_named_that_cannot_be_found(root: Path, driver: Path) -> None:
    (root / "usr/lib64/libcudnn.so.9").unlink()
    (root / "usr/lib64/libcufft.so.11").unlink()
    why, remedy = _why(root, LD_LIBRARY_PATH=str(driver))
    assert "CUDA's libraries cannot be found: libcufft.so.11, libcudnn.so.9 (not installed: nvidia-" in why
    assert remedy == "Install the cuda extra: pip install 'dualtrain[cuda]'."


@NO_DRIVER
@NO_WHEELS
def test_two_causes_are_told_at_once(root: Path) -> None:
    (root / "usr/lib64/libcudnn.so.9").unlink()
    why, remedy = _why(root)
    assert "libcuda.so.1 is missing; also, CUDA's libraries cannot be found: libcudnn.so.9" in why
    assert "Install the NVIDIA driver" in remedy
    assert "dualtrain[cuda]" in remedy


@NO_WHEELS
def test_libraries_are_found_wherever_the_linker_looks(tmp_path: Path) -> None:
    cache, path = tmp_path / "etc", tmp_path / "path"
    cache.mkdir()
    path.mkdir()
    (cache / "ld.so.cache").write_bytes(b"\0".join(name.encode() for name in CUDA_12[:4]) + b"\0/usr/")
    for name in CUDA_12[4:6]:
        (path / name).touch()
    environment = {"LD_LIBRARY_PATH": f":{path}"}
    assert missing_libraries("12.5.1", "9", environment=environment, root=tmp_path) == ("libcudnn.so.9",)
    assert missing_libraries("", "", environment=environment, root=tmp_path) == ()


def test_wheels_are_those_that_tensorflow_asks_for() -> None:
    wheels = missing_wheels()
    assert all(name.startswith("nvidia-") and name.endswith("-cu12") for name in wheels), wheels
