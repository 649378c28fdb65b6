"""Data that a function of the user's own returns: arrays, or batches that are made already."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from training.preset import FitSpec, Preset
from training.preset.data import EntryData
from training.preset.fits import validation_count
from training.preset.model import EntryModel
from training.worker.data.batches import Batches, batches_of, kind_of
from training.worker.data.told_shape import told_shape
from training.worker.data.training_data import TrainingData
from training.worker.own_code import OwnFunction, own_function

RETURNS = (
    "Return (x, y), ((x, y), (x_val, y_val)), a tf.data.Dataset, a keras.utils.PyDataset, or (generator, steps); "
    "several inputs stand in a list or a dict."
)

Arrays = tuple[Any, Any]


def load(preset: Preset, spec: EntryData, order: Callable[[int], Any]) -> TrainingData:
    """What the function returns, ready for `fit`.

    Args:
        preset: `fit.batch_size` and `fit.validation_split` are of arrays alone.
        spec: its data.
        order: a permutation of so many samples, always the same.

    Raises:
        LaneFailureError: the function cannot be had, or returns what cannot be trained on.
        DataError: the shapes do not tell what a shipped model must know.
        Exception: whatever the function raises.
    """
    own = own_function(spec.entry)
    train, validation = _parts(own, own.call(spec.arguments))
    if isinstance(train, Batches):
        _refuse_batch_size(own, preset)
    if preset.fit.validation_split and (validation is not None or isinstance(train, Batches)):
        what = "a validation of its own" if validation is not None else "batches, which cannot be split"
        raise own.refusal(
            f"returned {what}, and fit.validation_split is set", "Set it to 0, or return (x, y) alone."
        )
    if isinstance(train, tuple) and preset.fit.validation_split:
        train, validation = _split(own, train, preset.fit.validation_split, order)
    shape = None if isinstance(preset.model, EntryModel) else told_shape(preset, train, validation)
    x, y = train if isinstance(train, tuple) else (train, None)
    return TrainingData(
        x=x,
        y=y,
        validation=validation,
        train_samples=_samples(train),
        validation_samples=0 if validation is None else _samples(validation),
        batch_size=train.batch_size if isinstance(train, Batches) else preset.fit.batch_size,
        shape=shape,
    )


def _parts(own: OwnFunction, returned: Any) -> tuple[Arrays | Batches, Arrays | Batches | None]:
    """What is trained on, and what validates."""
    if isinstance(returned, tuple) and len(returned) == 2:
        first, second = returned
        if _is_set(first) and (_is_set(second) or second is None):
            return _part(own, first), None if second is None else _part(own, second)
    return _part(own, returned), None


def _is_set(value: object) -> bool:
    """Whether it is samples and labels, and not one of the two."""
    return (isinstance(value, tuple) and len(value) == 2) or kind_of(value) is not None


def _part(own: OwnFunction, value: Any) -> Arrays | Batches:
    if kind_of(value) is not None:
        return batches_of(own, value, None)
    if not isinstance(value, tuple) or len(value) != 2:
        raise own.refusal(f"returned {_told(value)}", RETURNS)
    first, second = value
    if kind_of(first) is None:
        return _arrays(own, first, second)
    if not isinstance(second, numbers.Integral) or isinstance(second, bool) or second < 1:
        raise own.refusal(f"returned batches with {_told(second)} where a step count should be", RETURNS)
    return batches_of(own, first, int(second))


def _arrays(own: OwnFunction, x: Any, y: Any) -> Arrays:
    x, y = (_as_arrays(own, name, value) for name, value in (("x", x), ("y", y)))
    counts = {
        name: sorted({len(one) for one in keras.tree.flatten(part)}) for name, part in (("x", x), ("y", y))
    }
    if len({count for found in counts.values() for count in found}) > 1:
        told = " and ".join(f"{' and '.join(map(str, found))} in {name}" for name, found in counts.items())
        raise own.refusal(f"returned different numbers of samples: {told}", RETURNS)
    if not counts["x"] or not counts["x"][0]:
        raise own.refusal("returned no sample, and so not a single batch", "See that there are samples.")
    return x, y


def _as_arrays(own: OwnFunction, name: str, value: Any) -> Any:
    """NumPy arrays in the same lists and dicts: they can be split and counted, whatever they came as."""

    def as_array(leaf: Any) -> Any:
        array = np.asarray(leaf) if hasattr(leaf, "__array__") else None
        if array is None or not array.ndim:
            raise own.refusal(f"returned {_told(leaf)} in {name}, where an array should be", RETURNS)
        return array

    return keras.tree.map_structure(as_array, value)


def _split(
    own: OwnFunction, arrays: Arrays, split: float, order: Callable[[int], Any]
) -> tuple[Arrays, Arrays]:
    samples = len(keras.tree.flatten(arrays[0])[0])
    held_back = validation_count(samples, split)
    if not 1 <= held_back < samples:
        raise own.refusal(
            f"returned {samples} samples, of which fit.validation_split = {split!r} leaves one side empty",
            "Set another split, or 0.",
        )
    permutation = order(samples)

    def chosen(indices: Any) -> Arrays:
        x, y = keras.tree.map_structure(lambda one: one[indices], arrays)
        return x, y

    return chosen(permutation[held_back:]), chosen(permutation[:held_back])


def _refuse_batch_size(own: OwnFunction, preset: Preset) -> None:
    size = preset.fit.batch_size
    if size != FitSpec().batch_size:
        raise own.refusal(
            f"returned batches that are made already, and fit.batch_size = {size} is set",
            "Leave it out of the preset: the function makes the batches.",
        )


def _samples(part: Arrays | Batches) -> int | None:
    return None if isinstance(part, Batches) else len(keras.tree.flatten(part[0])[0])


def _told(value: object) -> str:
    match value:
        case None:
            return "None"
        case tuple() | list() | dict():
            return f"a {type(value).__name__} of {len(value)}"
        case bool() | numbers.Number():
            return f"the {type(value).__name__} {value!r}"
        case _:
            return f"a {type(value).__qualname__}"
