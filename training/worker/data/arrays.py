"""Arrays that a function of the user's own returns: samples, labels, and what each sample weighs, where it says so."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from training.preset.fits import validation_count
from training.worker.data.not_numbers import refuse_no_numbers
from training.worker.own_code import OwnFunction

RETURNS = (
    "Return (x, y) or (x, y, sample_weight), two of these as (train, validation), a tf.data.Dataset, "
    "a keras.utils.PyDataset, or (generator, steps); several inputs stand in a list or a dict."
)
WEIGHTS = "Return one number for each sample, or for each label one such array."

Arrays = tuple[Any, ...]
"""`(x, y)` or `(x, y, sample_weight)`: each an array, or several in a list or a dict."""

_NAMES = ("x", "y", "sample_weight")


def arrays_of(own: OwnFunction, parts: Arrays) -> Arrays:
    """The same as NumPy arrays, which can be split and counted whatever they came as; weights that are None are none.

    Raises:
        LaneFailureError: it is nothing to train on.
    """
    given = parts[:2] if len(parts) > 2 and parts[2] is None else parts
    arrays = tuple(_as_arrays(own, name, value) for name, value in zip(_NAMES, given, strict=False))
    _refuse_other_counts(own, arrays)
    for name, value in zip(_NAMES, arrays, strict=False):
        # Whether a label may be text is the model's matter, which is not made yet.
        refuse_no_numbers(own, name, value, may_be_text=name != "sample_weight")
    if len(arrays) > 2:
        _refuse_other_structure(own, arrays[1], arrays[2])
    return arrays


def samples_in(arrays: Arrays) -> int:
    """How many samples there are."""
    return len(keras.tree.flatten(arrays[0])[0])


def split(
    own: OwnFunction, arrays: Arrays, share: float, order: Callable[[int], Any]
) -> tuple[Arrays, Arrays]:
    """What is trained on, and the share that is held back; weights stay with their samples.

    Args:
        own: the function that returned them.
        arrays: all of them.
        share: `fit.validation_split`.
        order: a permutation of so many samples, always the same.

    Raises:
        LaneFailureError: one of the two would be empty.
    """
    samples = samples_in(arrays)
    held_back = validation_count(samples, share)
    if not 1 <= held_back < samples:
        raise own.refusal(
            f"returned {samples} samples, of which fit.validation_split = {share!r} leaves one side empty",
            "Set another split, or 0.",
        )
    permutation = order(samples)

    def chosen(indices: Any) -> Arrays:
        return tuple(keras.tree.map_structure(lambda one: one[indices], part) for part in arrays)

    return chosen(permutation[held_back:]), chosen(permutation[:held_back])


def told(value: object) -> str:
    """What something is, in few words."""
    match value:
        case None:
            return "None"
        case tuple() | list() | dict():
            return f"a {type(value).__name__} of {len(value)}"
        case bool() | numbers.Number():
            return f"the {type(value).__name__} {value!r}"
        case _:
            return f"a {type(value).__qualname__}"


def _as_arrays(own: OwnFunction, name: str, value: Any) -> Any:
    def as_array(leaf: Any) -> Any:
        array = np.asarray(leaf) if hasattr(leaf, "__array__") else None
        if array is None or not array.ndim:
            raise own.refusal(f"returned {told(leaf)} in {name}, where an array should be", RETURNS)
        return array

    return keras.tree.map_structure(as_array, value)


def _refuse_other_counts(own: OwnFunction, arrays: Arrays) -> None:
    counts = {
        name: sorted({len(one) for one in keras.tree.flatten(part)})
        for name, part in zip(_NAMES, arrays, strict=False)
    }
    if len({count for found in counts.values() for count in found}) > 1:
        listed = [f"{' and '.join(map(str, found))} in {name}" for name, found in counts.items()]
        raise own.refusal(f"returned different numbers of samples: {' and '.join(listed)}", RETURNS)
    if not counts["x"] or not counts["x"][0]:
        raise own.refusal("returned no sample, and so not a single batch", "See that there are samples.")


def _refuse_other_structure(own: OwnFunction, y: Any, weights: Any) -> None:
    """Keras takes weights for each of several labels, or one array for all of them."""
    if keras.tree.is_nested(weights):
        try:
            keras.tree.assert_same_structure(y, weights)
        except (ValueError, TypeError):
            raise own.refusal(
                f"returned {told(weights)} in sample_weight beside {told(y)} in y", WEIGHTS
            ) from None
    elif keras.tree.is_nested(y) and weights.ndim > 1 and weights.shape[1:] != (1,):
        raise own.refusal(
            f"returned sample_weight of shape {weights.shape} for several labels at once", WEIGHTS
        )
