"""Why a framework sees no GPU though one was chosen, and what to do about it: what is common to all, and TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.cuda_libraries import major, missing_libraries, missing_wheels
from training.worker.cuda_driver import ask_cuda_driver

CUDA_EXTRA = "pip install 'dualtrain[cuda]'"
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class WhyNoGpu:
    """A sentence why, and what to do."""

    why: str
    remedy: str


_INIT_CODES: dict[int, WhyNoGpu] = {
    34: WhyNoGpu(
        "libcuda.so.1 is the CUDA toolkit's stub, not the driver's library",
        "Take the toolkit's stubs folder out of LD_LIBRARY_PATH.",
    ),
    46: WhyNoGpu(
        "another process has the GPU to itself (compute mode EXCLUSIVE_PROCESS)",
        "Wait for it to end, or choose another device.",
    ),
    802: WhyNoGpu(
        "the driver waits for the system's fabric manager",
        "Have an administrator start nvidia-fabricmanager.",
    ),
    803: WhyNoGpu(
        "the driver's library and its kernel module are of different versions: it was upgraded while loaded",
        "Reboot, or have an administrator load the kernel module anew.",
    ),
    804: WhyNoGpu(
        "the CUDA compatibility library that was found first does not support this GPU",
        "Take the compat folder out of LD_LIBRARY_PATH, or upgrade the driver.",
    ),
    805: WhyNoGpu(
        "the MPS daemon that CUDA_MPS_PIPE_DIRECTORY names does not take clients",
        "Start it again, or unset CUDA_MPS_PIPE_DIRECTORY.",
    ),
    999: WhyNoGpu(
        "CUDA cannot initialise (unknown error): most often the kernel module nvidia-uvm is not loaded",
        "Look for /dev/nvidia-uvm; `sudo modprobe nvidia-uvm`, or a reboot, brings it back.",
    ),
} | dict.fromkeys(
    (806, 807, 808, 809, 810),
    WhyNoGpu(
        "the MPS server refuses new clients for now",
        "Wait until its clients have ended, or quit that daemon.",
    ),
)
"""cuInit's answers (cuda.h) that have a cause of their own."""
_NO_DEVICE = (100, 101)


def why_no_gpu(
    build: Mapping[str, Any],
    *,
    environment: Mapping[str, str] | None = None,
    root: Path = Path("/"),
) -> WhyNoGpu:
    """Find out why TensorFlow sees none.

    Args:
        build: TensorFlow's `sysconfig.get_build_info()`.
        environment: what the process was started with; its own when None.
        root: of the file system that holds /proc and the libraries.
    """
    variables = os.environ if environment is None else environment
    unexplained = WhyNoGpu(
        "driver and libraries are there, and still it takes none (its compute capability may be too old)",
        "TensorFlow's own words are in the lane's log; TF_CPP_MIN_LOG_LEVEL=0 makes them more.",
    )
    return in_words("TensorFlow", _causes(build, variables, root), unexplained)


def in_words(framework: str, causes: Iterable[WhyNoGpu], unexplained: WhyNoGpu) -> WhyNoGpu:
    """Every cause that was found in one sentence, the one to see to first coming first; else the unexplained."""
    found = list(causes) or [unexplained]
    return WhyNoGpu(
        f"{framework} sees no GPU: " + "; also, ".join(cause.why for cause in found),
        " ".join(dict.fromkeys(cause.remedy for cause in found)),
    )


def _causes(build: Mapping[str, Any], variables: Mapping[str, str], root: Path) -> Iterator[WhyNoGpu]:
    if not build.get("is_cuda_build"):
        yield WhyNoGpu(
            "it is a build without CUDA",
            f"Remove the CPU-only package (tensorflow-cpu, or one of your own) and {CUDA_EXTRA}.",
        )
        return
    cuda_version = str(build.get("cuda_version", ""))
    yield from driver_causes("TensorFlow", cuda_version, variables, root)
    missing = missing_libraries(
        cuda_version, str(build.get("cudnn_version", "")), environment=variables, root=root
    )
    if missing:
        wheels = missing_wheels()
        packages = f" (not installed: {_first(wheels)})" if wheels else ""
        yield WhyNoGpu(
            f"CUDA's libraries cannot be found: {_first(missing)}{packages}",
            f"Install the cuda extra: {CUDA_EXTRA}.",
        )


def driver_causes(
    framework: str, cuda_version: str, variables: Mapping[str, str], root: Path
) -> Iterator[WhyNoGpu]:
    """What the driver has against it.

    Args:
        framework: for the sentences.
        cuda_version: what it is built for, as "12.5.1" or "13".
        variables: the environment the process was started with.
        root: of the file system that holds /proc.
    """
    driver = ask_cuda_driver()
    if driver.load_error is not None:
        yield _no_library(driver.load_error, root)
    elif driver.version is not None and driver.version[0] < major(cuda_version):
        # Within one major version an older driver runs newer CUDA (minor version compatibility).
        newest = ".".join(map(str, driver.version))
        yield WhyNoGpu(
            f"the NVIDIA driver is too old: it runs CUDA up to {newest}, {framework} is built for {cuda_version}",
            f"Upgrade the NVIDIA driver to one that runs CUDA {major(cuda_version)} or newer.",
        )
    elif driver.init_code in _INIT_CODES:
        yield _INIT_CODES[driver.init_code]
    elif driver.init_code in _NO_DEVICE or driver.devices == 0:
        yield _hidden(variables)
    elif driver.init_code:
        yield WhyNoGpu(
            f"CUDA cannot initialise: cuInit answers {driver.init_code}",
            "The number is an error of CUDA's driver interface (CUresult); `nvidia-smi` may say more.",
        )


def _no_library(load_error: str, root: Path) -> WhyNoGpu:
    if "cannot open shared object file: No such file" not in load_error:
        return WhyNoGpu(
            f"the NVIDIA driver's libcuda.so.1 cannot be loaded: {load_error}",
            "Install the NVIDIA driver anew.",
        )
    if (root / "proc/driver/nvidia/version").exists():
        return WhyNoGpu(
            "the NVIDIA driver is loaded, but its libcuda.so.1 is missing: this looks like a container without the "
            "compute capability",
            "Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility (docker: --gpus all).",
        )
    return WhyNoGpu(
        "the NVIDIA driver's libcuda.so.1 is missing",
        "Install the NVIDIA driver; in a container, start it with its GPUs (docker: --gpus all).",
    )


def _hidden(variables: Mapping[str, str]) -> WhyNoGpu:
    visible = variables.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return WhyNoGpu("CUDA finds no device", "See what `nvidia-smi -L` lists here.")
    return WhyNoGpu(
        f"CUDA finds no device under CUDA_VISIBLE_DEVICES={visible or '(empty)'}",
        "See what `nvidia-smi -L` lists: a GPU with MIG on is used by its instances only, and a container or a "
        "scheduler's job gets only the GPUs it was given.",
    )


def _first(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
