"""Whether NVIDIA's driver can run the TensorFlow that is installed, told without importing or loading either.

The rule is NVIDIA's (CUDA Compatibility): a driver runs programs built for its own CUDA or an older one, and within one
major version, from 11 on, for newer ones too (minor version compatibility).
"""

from __future__ import annotations

import ast
import importlib.util
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.cuda_libraries import missing_libraries, missing_wheels
from training.preflight.check import Check, State

CUDA_EXTRA = "pip install 'dualtrain[cuda]'"
_BUILD_INFO = Path("python/platform/build_info.py")
_SHOWN = 3


def check_cuda(
    driver_cuda: tuple[int, int] | None,
    driver_version: str | None,
    *,
    may_use_cpu: bool = False,
    build: Mapping[str, Any] | None = None,
) -> Check:
    """Hold the newest CUDA the driver can run against what TensorFlow is built for.

    Args:
        driver_cuda: as (12, 4); None where the driver does not tell.
        driver_version: NVIDIA's, for the sentence.
        may_use_cpu: whether the lanes train on the CPU where TensorFlow takes no GPU.
        build: TensorFlow's build, as `tensorflow_build` returns it; read when None.
    """
    built = tensorflow_build() if build is None else build
    worst: State = "warn" if may_use_cpu else "stop"
    if not built:
        return Check("cuda", "info", "what TensorFlow is built for cannot be read")
    if not built.get("is_cuda_build"):
        message = "TensorFlow is built without CUDA: it takes no GPU"
        return Check("cuda", worst, message, f"remove the CPU-only package, then {CUDA_EXTRA}")
    version = str(built.get("cuda_version", ""))
    wanted = tuple(int(part) for part in re.findall(r"\d+", version))[:2]
    if driver_cuda is None or not wanted:
        return Check(
            "cuda", "info", f"TensorFlow is built for CUDA {version or '?'}; the driver does not tell its own"
        )
    told = f"the driver {driver_version or ''} runs CUDA up to {driver_cuda[0]}.{driver_cuda[1]}".replace(
        "  ", " "
    )
    if driver_cuda[0] < wanted[0]:
        message = f"{told}, TensorFlow is built for {version}"
        return Check(
            "cuda", worst, message, f"upgrade the NVIDIA driver to one for CUDA {wanted[0]} or newer"
        )
    if driver_cuda < wanted:
        message = f"{told}, TensorFlow is built for {version}: works by minor version compatibility"
        return Check("cuda", "pass", message)
    return Check("cuda", "pass", f"{told}, TensorFlow is built for {version}")


def check_cuda_libraries(
    *,
    has_gpu: bool,
    environment: Mapping[str, str] | None = None,
    root: Path = Path("/"),
    build: Mapping[str, Any] | None = None,
) -> Check:
    """Return whether the CUDA libraries that TensorFlow loads can be found; none is loaded.

    Args:
        has_gpu: without one they are not needed.
        environment: holds LD_LIBRARY_PATH; this process's when None.
        root: the root of the file system.
        build: TensorFlow's build; read when None.
    """
    built = tensorflow_build() if build is None else build
    cuda, cudnn = str(built.get("cuda_version", "")), str(built.get("cudnn_version", ""))
    if not cuda:
        return Check("cuda libraries", "info", "which ones TensorFlow needs is not known")
    missing = missing_libraries(cuda, cudnn, environment=environment, root=root)
    if not missing:
        return Check("cuda libraries", "pass", f"those that TensorFlow loads for CUDA {cuda} are found")
    wheels = missing_wheels()
    packages = f" (wheels that are not installed: {_first(wheels)})" if wheels else ""
    message = f"not found: {_first(missing)}{packages}"
    if not has_gpu:
        return Check("cuda libraries", "info", f"{message}; without a GPU they are not needed")
    remedy = f"install the cuda extra: {CUDA_EXTRA}"
    return Check("cuda libraries", "warn", f"{message}; without them TensorFlow takes no GPU", remedy)


def tensorflow_build(path: Path | None = None) -> dict[str, Any]:
    """Return TensorFlow's build information, read as text; empty where it is not there or looks otherwise.

    Args:
        path: its build_info.py; the installed one when None.
    """
    try:
        file = path or _installed_build_info()
        if file is None:
            return {}
        tree = ast.parse(file.read_text())
    except (OSError, SyntaxError, ValueError):
        return {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [_name(target) for target in node.targets] == ["build_info"]:
            return _literal(node.value)
    return {}


def _installed_build_info() -> Path | None:
    spec = importlib.util.find_spec("tensorflow")  # of a top-level package: found, not imported
    for folder in (spec.submodule_search_locations if spec else None) or ():
        if (Path(folder) / _BUILD_INFO).exists():
            return Path(folder) / _BUILD_INFO
    return None


def _literal(value: ast.expr) -> dict[str, Any]:
    """Return a dictionary, or the pairs that `collections.OrderedDict` is called with."""
    written = value.args[0] if isinstance(value, ast.Call) and value.args else value
    try:
        return dict(ast.literal_eval(written))
    except (ValueError, TypeError):
        return {}


def _name(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else ""


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
