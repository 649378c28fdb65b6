"""`training.worker --describe PRESET`: what only Keras can tell before a launch, as one line of JSON."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from training.preset import Preset, PresetError, apply_overrides, load_preset, preset_digest
from training.preset.backend import DEFAULT_BACKEND, how_to_install, missing_packages
from training.preset.fits import validation_count
from training.worker.failures import one_line
from training.worker.frameworks.kept_out import jax_not_found, keep_keras_from_tensorflow

_ITEM_BYTES = {
    "float64": 8,
    "int64": 8,
    "uint64": 8,
    "float16": 2,
    "bfloat16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
}
_STAND_IN_SHAPE = (3, 5)
"""Of the variable an optimizer is tried on: any matrix does, with two sides that tell apart."""


def describe(path: str | Path, overrides: Sequence[str] = ()) -> int:
    """Print the description of one preset, with what is set beside its file. Returns the exit code.

    An error is told as `{"error": …}`. No data is made or fetched, and no weight is drawn: a model of 40 GB is
    described within 1.
    """
    try:
        preset = apply_overrides(load_preset(Path(path)), overrides)
        _prepare(preset)
        told = _description(preset)
    except PresetError as error:
        told = {"error": str(error)}
    except Exception as error:
        told = {"error": one_line(f"{type(error).__name__}: {error}")}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    return 1 if "error" in told else 0


def _prepare(preset: Preset) -> None:
    """Complete the environment before the framework is imported; a description never touches a GPU.

    Raises:
        PresetError: its backend is not installed.
    """
    backend = preset.fit.backend
    missing = missing_packages(backend)
    if missing:
        raise PresetError(
            f'fit.backend = "{backend}" needs {" and ".join(missing)}, not installed here: {how_to_install(backend)}'
        )
    os.environ |= {"KERAS_BACKEND": backend, "CUDA_VISIBLE_DEVICES": "-1"}
    os.environ |= {"JAX_PLATFORMS": "cpu", "KERAS_TORCH_DEVICE": "cpu"}
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _description(preset: Preset) -> dict[str, Any]:
    backend = preset.fit.backend
    with nullcontext() if backend == "jax" else jax_not_found():
        import keras

    from training.worker.data.data_shape import data_shape
    from training.worker.models.build import build_model

    if backend != DEFAULT_BACKEND:
        keep_keras_from_tensorflow()

    # In this scope variables know their shapes and are given no values.
    with keras.StatelessScope(initialize_variables=False):
        model = build_model(preset, data_shape(preset))
    trainable_bytes = _variable_bytes(model.trainable_variables)
    return {
        "digest": preset_digest(preset),
        "keras": keras.__version__,
        "parameters": _count(model.weights),
        "trainable_parameters": _count(model.trainable_variables),
        "parameter_bytes": _variable_bytes(model.weights),
        "optimizer_bytes_estimate": _optimizer_slots(preset) * trainable_bytes,
        "activation_bytes_estimate": _activation_bytes(model, preset.fit.batch_size),
        "steps_per_epoch": _steps_per_epoch(preset),
        "layers": len(model.layers),
    }


def _count(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _variable_bytes(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) * _item_bytes(variable.dtype) for variable in variables)


def _item_bytes(dtype: Any) -> int:
    import keras

    return _ITEM_BYTES.get(keras.backend.standardize_dtype(dtype), 4)


def _optimizer_slots(preset: Preset) -> int:
    """How many numbers the optimizer keeps for each weight, found by trying it on one small matrix.

    Built on the model itself it would give every weight its memory. Rows, columns and counters are too small
    to count.
    """
    import keras

    optimizer = keras.optimizers.get({"class_name": preset.fit.optimizer, "config": {}})
    optimizer.build([keras.Variable(initializer="zeros", shape=_STAND_IN_SHAPE)])
    return sum(tuple(variable.shape) == _STAND_IN_SHAPE for variable in optimizer.variables)


def _activation_bytes(model: Any, batch_size: int) -> int:
    """What the layers of one batch put out, kept for the way back; what a layer keeps inside is not known."""
    import keras

    outputs = (
        tensor
        for operation in model.operations
        if not isinstance(operation, keras.layers.InputLayer)
        for tensor in keras.tree.flatten(operation.output)
    )
    return sum(
        math.prod(batch_size if size is None else size for size in tensor.shape) * _item_bytes(tensor.dtype)
        for tensor in outputs
    )


def _steps_per_epoch(preset: Preset) -> int:
    samples, split = preset.data.samples, preset.fit.validation_split
    held_back = validation_count(samples, split) if split else 0
    return math.ceil((samples - held_back) / preset.fit.batch_size)
