"""Import the backend that the environment names, and Keras."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import nullcontext

from training.agent.emitter import Emitter
from training.preset.backend import Backend
from training.worker.frameworks.framework import Framework
from training.worker.frameworks.kept_out import jax_not_found


def import_framework(backend: Backend, emitters: Sequence[Emitter]) -> Framework:
    """Import the framework and Keras, and tell every lane of this process what it took.

    `KERAS_BACKEND` must name the same backend.

    Raises:
        ImportError: it is not installed.
    """
    began = time.monotonic()
    with nullcontext() if backend == "jax" else jax_not_found():
        framework = _imported(backend)
        import keras  # noqa: F401 - imported here so that the time and the versions are told

    seconds = round(time.monotonic() - began, 3)
    for emitter in emitters:
        emitter.emit("imported", seconds=seconds, versions=framework.versions(), threads=framework.threads())
    return framework


def _imported(backend: Backend) -> Framework:
    match backend:
        case "tensorflow":
            from training.worker.frameworks.tensorflow_backend import TensorFlow

            return TensorFlow()
        case "jax":
            from training.worker.frameworks.jax_backend import Jax

            return Jax()
        case "torch":
            from training.worker.frameworks.torch_backend import Torch

            return Torch()
