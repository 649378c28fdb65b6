"""What Keras may train on: the backends' names, for a preset and for people, and what installs each."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Literal

Backend = Literal["tensorflow", "jax", "torch"]
BACKENDS: tuple[Backend, ...] = ("tensorflow", "jax", "torch")
DEFAULT_BACKEND: Backend = "tensorflow"

TITLES: Mapping[str, str] = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
"""As their makers write them; for a package of that name too."""
PACKAGES: Mapping[Backend, tuple[str, ...]] = {
    "tensorflow": ("tensorflow",),
    "jax": ("jax", "jaxlib"),
    "torch": ("torch",),
}
"""What must be importable, and whose versions decide what a run means."""


ON_CPU: Mapping[str, str] = {
    "CUDA_VISIBLE_DEVICES": "-1",  # rather than "": an empty value is taken as unset by some layers of CUDA's tools
    "JAX_PLATFORMS": "cpu",  # else JAX would look for a GPU and complain
    "KERAS_TORCH_DEVICE": "cpu",  # else PyTorch would take a GPU of another maker
}
"""What keeps every backend on the CPU; it must be in the environment before the backend is imported."""


def title_of(backend: str) -> str:
    """The backend's name for people; what is none of ours is told as it is."""
    return TITLES.get(backend, backend)


def how_to_install(backend: Backend) -> str:
    """The command that installs it beside dualtrain, for a CPU; on a CUDA machine the README says more."""
    extra = "" if backend == DEFAULT_BACKEND else f"[{backend}]"
    return f"pip install 'dualtrain{extra}'"


def missing_packages(backend: Backend) -> tuple[str, ...]:
    """Which of its packages are not installed here; they are looked for and not imported."""
    return tuple(name for name in PACKAGES[backend] if importlib.util.find_spec(name) is None)


def other_backend(versions: Mapping[str, str]) -> str:
    """What a training told to have imported, as "JAX 0.10.2"; empty for TensorFlow, which goes without saying."""
    found = next((name for name in BACKENDS if name in versions), DEFAULT_BACKEND)
    return "" if found == DEFAULT_BACKEND else f"{title_of(found)} {versions[found]}"
