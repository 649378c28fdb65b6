"""Whether what the lanes train on is installed, told without importing any of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata, util
from pathlib import Path

from training.plan import LANES, Plan
from training.preflight.check import Check, State
from training.preset.backend import (
    BACKENDS,
    DEFAULT_BACKEND,
    Backend,
    how_to_install,
    missing_packages,
    title_of,
)

JAX_PLUGINS = ("jax-cuda13-plugin", "jax-cuda12-plugin")
"""Either makes JAX take an NVIDIA GPU (JAX's installation guide)."""
_CUDA_OF_TORCH = re.compile(r"^cuda\b[^=\n]*=\s*['\"]([0-9.]+)['\"]", re.MULTILINE)
"""What torch/version.py says of itself; a build without CUDA has None there."""

Missing = Callable[[Backend], tuple[str, ...]]


def check_backends(plan: Plan, missing: Missing = missing_packages) -> tuple[Check, ...]:
    """Return a `stop` for each lane whose backend is not installed.

    Args:
        plan: what is to be launched.
        missing: returns what a backend lacks.
    """
    return tuple(
        Check(
            "backend",
            "stop",
            f"lane {lane} trains on {title_of(backend)}, which is not installed here",
            how_to_install(backend),
        )
        for lane in LANES
        if lane in plan.lanes
        for backend in (plan.lanes[lane].preset.known_backend,)
        if backend is not None and missing(backend)
    )


def check_installed(missing: Missing = missing_packages) -> Iterator[Check]:
    """For doctor: every backend that a person may install beside the default."""
    for backend in BACKENDS:
        if backend == DEFAULT_BACKEND:
            continue
        if missing(backend):
            told = f'not installed; only presets with fit.backend = "{backend}" need it: {how_to_install(backend)}'
        else:
            told = metadata.version(backend)
        yield Check(backend, "info", told)


def check_built_for_cuda(plan: Plan, built: Mapping[Backend, bool] | None = None) -> Iterator[Check]:
    """For a plan on a GPU: a `stop` for each other backend that cannot take one, a `warn` where the CPU does as well.

    Args:
        plan: what is to be launched.
        built: whether each backend takes an NVIDIA GPU; looked up when None.
    """
    worst: State = "warn" if plan.if_no_gpu == "cpu" else "stop"
    used = {spec.preset.known_backend for spec in plan.lanes.values()}
    for backend, remedy in _REMEDIES.items():
        if backend in used and not (_takes_cuda(backend) if built is None else built[backend]):
            yield Check(
                "cuda", worst, f"{title_of(backend)} is installed without CUDA: it takes no GPU", remedy
            )


_REMEDIES: Mapping[Backend, str] = {
    "jax": "pip install 'jax[cuda13]', or 'jax[cuda12]' for an older driver",
    "torch": "install a build of PyTorch for CUDA: pytorch.org/get-started/locally has the command",
}


def _takes_cuda(backend: Backend) -> bool:
    if backend == "jax":
        return any(_is_installed(name) for name in JAX_PLUGINS)
    spec = util.find_spec("torch")
    folders = (spec.submodule_search_locations if spec is not None else None) or ()
    return any(torch_cuda(Path(folder) / "version.py") for folder in folders)


def torch_cuda(version_file: Path) -> str | None:
    """Return the CUDA that a PyTorch is built for, read from its version.py as text; None where there is none."""
    try:
        found = _CUDA_OF_TORCH.search(version_file.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return found.group(1) if found else None


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
