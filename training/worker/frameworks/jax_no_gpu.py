"""Why JAX sees no GPU though one was chosen, and what to do about it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

from training.worker.failures import one_line
from training.worker.no_gpu import WhyNoGpu, driver_causes, in_words

PLATFORMS = "JAX_PLATFORMS"
_PLUGINS = {"13": "jax-cuda13-plugin", "12": "jax-cuda12-plugin"}
"""The packages by which JAX takes a GPU, by the major version of CUDA each is built for (JAX's installation guide)."""
_GPU_PLATFORM = re.compile(r"\b(?:cuda|gpu|rocm)\b")


def why_jax_sees_no_gpu(
    words: str, *, environment: Mapping[str, str] | None = None, root: Path = Path("/")
) -> WhyNoGpu:
    """Find out why.

    Args:
        words: what JAX itself said.
        environment: what the process was started with; its own when None.
        root: of the file system that holds /proc.
    """
    variables = os.environ if environment is None else environment
    unexplained = WhyNoGpu(f"it says: {one_line(words)}", "JAX's own words are in the lane's log.")
    return in_words("JAX", _causes(variables, root), unexplained)


def _causes(variables: Mapping[str, str], root: Path) -> Iterator[WhyNoGpu]:
    platforms = variables.get(PLATFORMS, "")
    if platforms and not _GPU_PLATFORM.search(platforms):
        yield WhyNoGpu(f"{PLATFORMS}={platforms} leaves it out", f"Unset {PLATFORMS}.")
    cuda = next((version for version, name in _PLUGINS.items() if _is_installed(name)), None)
    if cuda is None:
        yield WhyNoGpu(
            "it is installed without its CUDA plugin",
            "Install JAX for CUDA, pip install 'jax[cuda13]', or 'jax[cuda12]' for an older NVIDIA driver.",
        )
        return
    yield from driver_causes("JAX", cuda, variables, root)


def _is_installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True
