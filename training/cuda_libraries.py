"""Which of the CUDA libraries that TensorFlow loads at run time are missing here, told without loading any."""

from __future__ import annotations

import importlib.metadata
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

_SONAMES_OF_CUDA: dict[int, tuple[str, ...]] = {
    12: (
        "libcudart.so.12",
        "libcublas.so.12",
        "libcublasLt.so.12",
        "libcufft.so.11",
        "libcusolver.so.11",
        "libcusparse.so.12",
    ),
}
"""By the major version TensorFlow was built for. Without one of them it takes no GPU at all ("Cannot dlopen some GPU
libraries")."""

_DEFAULT_FOLDERS = (
    "lib",
    "usr/lib",
    "lib64",
    "usr/lib64",
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
)
_WHEEL = re.compile(r"nvidia-[a-z0-9-]+")


def missing_libraries(
    cuda_version: str,
    cudnn_version: str,
    *,
    environment: Mapping[str, str] | None = None,
    root: Path = Path("/"),
) -> tuple[str, ...]:
    """The names of the libraries that the dynamic linker would not find.

    Args:
        cuda_version: what TensorFlow was built for, as "12.5.1"; empty where it does not say.
        cudnn_version: likewise, as "9".
        environment: holds LD_LIBRARY_PATH; this process's when None.
        root: of the file system.
    """
    needed = [*_SONAMES_OF_CUDA.get(major(cuda_version), ())]
    if cudnn_version:
        needed.append(f"libcudnn.so.{major(cudnn_version)}")
    variables = os.environ if environment is None else environment
    folders = [*_folders(variables), *(root / name for name in _DEFAULT_FOLDERS)]
    try:
        cached = (root / "etc/ld.so.cache").read_bytes()
    except OSError:
        cached = b""
    return tuple(
        name
        for name in needed
        if name.encode() + b"\0" not in cached and not any((folder / name).exists() for folder in folders)
    )


def missing_wheels() -> tuple[str, ...]:
    """The wheels of `tensorflow[and-cuda]` that are not installed."""
    try:
        requirements = importlib.metadata.requires("tensorflow") or []
    except importlib.metadata.PackageNotFoundError:
        return ()
    names = (_WHEEL.match(text) for text in requirements if "and-cuda" in text)
    return tuple(name.group() for name in names if name and not _is_installed(name.group()))


def major(version: str) -> int:
    """The first number of a version; 0 where there is none."""
    digits = re.match(r"\d+", version)
    return int(digits.group()) if digits else 0


def _folders(environment: Mapping[str, str]) -> Iterator[Path]:
    yield from (Path(part) for part in environment.get("LD_LIBRARY_PATH", "").split(":") if part)
    for entry in sys.path:  # where TensorFlow's own search path leads: the wheels beside it
        yield from Path(entry or ".").glob("nvidia/*/lib")


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
