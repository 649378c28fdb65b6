"""`training.worker --describe PRESET`: what only Keras can tell before a launch, as one line of JSON."""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from training.description import Description, keep_description
from training.preset import Preset, PresetError, apply_overrides, load_preset, preset_digest
from training.preset.backend import DEFAULT_BACKEND, ON_CPU, how_to_install, missing_packages
from training.preset.data import EntryData, OwnData
from training.preset.fits import validation_count
from training.preset.own_code import NOT_COMPUTED, names_code
from training.preset.script import OF_A_SCRIPT
from training.worker.failures import one_line
from training.worker.frameworks.kept_out import jax_not_found, keep_keras_from_tensorflow

if TYPE_CHECKING:
    from training.worker.data.training_data import TrainingData

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
        if names_code(preset):
            raise PresetError(NOT_COMPUTED)  # by nobody who only looks is it run
        if preset.script is not None:
            raise PresetError(OF_A_SCRIPT)
        prepare_without_gpu(preset)
        told = _description(preset)
    except PresetError as error:
        told = {"error": str(error)}
    except Exception as error:
        told = {"error": one_line(f"{type(error).__name__}: {error}")}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    return 1 if "error" in told else 0


def prepare_without_gpu(preset: Preset) -> None:
    """Complete the environment before the framework is imported, for an answer that never touches a GPU.

    Raises:
        PresetError: its backend is not installed.
    """
    backend = preset.fit.backend
    missing = missing_packages(backend)
    if missing:
        raise PresetError(
            f'fit.backend = "{backend}" needs {" and ".join(missing)}, not installed here: {how_to_install(backend)}'
        )
    os.environ |= {"KERAS_BACKEND": backend, **ON_CPU}
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
    optimizer = keras.optimizers.get({"class_name": preset.fit.optimizer, "config": {}})
    return _told_of(
        preset, model, optimizer, batch_size=preset.fit.batch_size, steps_per_epoch=_steps_per_epoch(preset)
    )


def keep_what_is_built(preset: Preset, model: Any, data: TrainingData) -> None:
    """Keep the description of a model of the user's own, which only a worker that was launched ever has.

    What cannot be told of it is not kept, and keeps no training from going on.
    """
    with contextlib.suppress(Exception):
        optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
        told = _told_of(
            preset, model, optimizer, batch_size=data.batch_size, steps_per_epoch=data.steps_per_epoch
        )
        keep_description(msgspec.convert(told, Description))


def _told_of(
    preset: Preset, model: Any, optimizer: Any, *, batch_size: int, steps_per_epoch: int | None
) -> dict[str, Any]:
    import keras

    trainable_bytes = _variable_bytes(model.trainable_variables)
    return {
        "digest": preset_digest(preset),
        "keras": keras.__version__,
        "parameters": _count(model.weights),
        "trainable_parameters": _count(model.trainable_variables),
        "parameter_bytes": _variable_bytes(model.weights),
        "optimizer_bytes_estimate": _optimizer_slots(optimizer) * trainable_bytes,
        "activation_bytes_estimate": _activation_bytes(model, batch_size),
        "steps_per_epoch": steps_per_epoch,
        "layers": len(model.layers),
    }


def _count(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) for variable in variables)


def _variable_bytes(variables: Iterable[Any]) -> int:
    return sum(math.prod(variable.shape) * _item_bytes(variable.dtype) for variable in variables)


def _item_bytes(dtype: Any) -> int:
    import keras

    return _ITEM_BYTES.get(keras.backend.standardize_dtype(dtype), 4)


def _optimizer_slots(optimizer: Any) -> int:
    """How many numbers the optimizer keeps for each weight, found by trying it on one small matrix.

    Built on the model itself it would give every weight its memory. Rows, columns and counters are too small
    to count.
    """
    import keras

    optimizer.build([keras.Variable(initializer="zeros", shape=_STAND_IN_SHAPE)])
    return sum(tuple(variable.shape) == _STAND_IN_SHAPE for variable in optimizer.variables)


def _activation_bytes(model: Any, batch_size: int) -> int | None:
    """What the layers of one batch put out, kept for the way back; what a layer keeps inside is not known.

    None of a model whose layers are called in code of its own.
    """
    import keras

    operations = getattr(model, "operations", None)
    if isinstance(model, keras.Sequential):
        operations = model.layers
    if operations is None:
        return None
    outputs = (
        tensor
        for operation in operations
        if not isinstance(operation, keras.layers.InputLayer)
        for tensor in keras.tree.flatten(operation.output)
    )
    return sum(
        math.prod(batch_size if size is None else size for size in tensor.shape) * _item_bytes(tensor.dtype)
        for tensor in outputs
    )


def _steps_per_epoch(preset: Preset) -> int:
    assert not isinstance(preset.data, EntryData | OwnData)  # such a preset is not described
    samples, split = preset.data.samples, preset.fit.validation_split
    held_back = validation_count(samples, split) if split else 0
    return math.ceil((samples - held_back) / preset.fit.batch_size)
