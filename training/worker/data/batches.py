"""Batches that a function of the user's own makes: a `tf.data.Dataset`, a Keras `PyDataset`, or a generator."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import keras
from keras.src.trainers.data_adapters import is_tf_dataset

from training.worker.data.not_numbers import refuse_no_numbers
from training.worker.own_code import OwnFunction

Kind = Literal["dataset", "items", "generator"]

_PEEKED = 2
"""As many as Keras looks at: where two differ in a size, that size is left open."""
_BATCH_HINT = "Return batches: with a Dataset by .batch(N)."
_PARTS = ("x", "y", "sample_weight")


@dataclass(frozen=True, slots=True)
class Batches:
    """A source of batches, with what was found at its beginning."""

    kind: Kind
    source: Any
    first: tuple[Any, ...]
    """The first batch, or the first two: made once, and never again for looking at them."""
    batch_size: int
    """Samples of the first batch; the others are taken to be of its size."""
    asked_steps: int | None
    """Batches that make an epoch where the function says so; None where an epoch ends with the source."""
    steps_per_epoch: int | None
    """Batches of an epoch; None where that shows only when one is over."""

    @property
    def first_inputs(self) -> Any:
        """What the model is given of the first batch."""
        return _unpacked(self.first[0])[0]

    @property
    def first_labels(self) -> Any:
        """What it is to answer; None where the batches have no labels."""
        return _unpacked(self.first[0])[1]

    @property
    def first_weights(self) -> Any:
        """What the samples of the first batch weigh; None where each weighs the same."""
        return _unpacked(self.first[0])[2]


def kind_of(value: object) -> Kind | None:
    """What source of batches this is; None where it is none."""
    if is_tf_dataset(value):
        return "dataset"
    if isinstance(value, keras.utils.PyDataset):
        return "items"
    # An array can be gone through as well, but is not an iterator.
    return "generator" if isinstance(value, Iterator) else None


def batches_of(own: OwnFunction, source: Any, asked_steps: int | None) -> Batches:
    """Look at the beginning of a source.

    Args:
        own: the function that returned it, which is told of where something is wrong with it.
        source: of one of the three kinds.
        asked_steps: the step count that it returned beside it.

    Raises:
        LaneFailureError: it has no batch, or never ends and nobody says how many steps make an epoch.
        Exception: what the source raises.
    """
    kind = kind_of(source)
    assert kind is not None
    length = _length(kind, source)
    if length is None and asked_steps is None:
        raise own.refusal(_endless(kind), "Return it with a step count: (batches, steps).")
    if kind == "generator":
        first = tuple(itertools.islice(source, _PEEKED))
        source = itertools.chain(first, source)
    elif kind == "items":
        count = min(_PEEKED, length) if isinstance(length, int) else _PEEKED
        first = tuple(source[index] for index in range(count))
    else:
        first = tuple(source.take(1))
    if not first:
        raise own.refusal("returned data without a single batch", "See that there are samples.")
    if isinstance(asked_steps, int) and isinstance(length, int) and asked_steps > length:
        raise own.refusal(
            f"returned {asked_steps} steps an epoch with data of {length} batches",
            "Return fewer steps, or data that go on.",
        )
    if kind == "generator" and not isinstance(first[0], tuple):
        raise own.refusal(
            f"returned a generator of {type(first[0]).__name__}, not of tuples",
            "Yield (x, y) or (x, y, sample_weight).",
        )
    _refuse_other_parts(own, first[0])
    steps = asked_steps or (length if isinstance(length, int) else None)
    return Batches(kind, source, first, _batch_size(own, first[0]), asked_steps, steps)


def _length(kind: Kind, source: Any) -> int | Literal["unknown"] | None:
    """Batches until it ends; None where it never does by itself."""
    if kind == "generator":
        return None
    if kind == "items":
        number = source.num_batches
        return None if number is None else int(number)
    cardinality = int(source.cardinality())
    if cardinality >= 0:
        return cardinality
    return None if cardinality == -1 else "unknown"  # tf.data.INFINITE_CARDINALITY


def _refuse_other_parts(own: OwnFunction, batch: Any) -> None:
    if isinstance(batch, tuple | list) and not 1 <= len(batch) <= len(_PARTS):
        raise own.refusal(
            f"returned batches of {len(batch)} parts", "Make each (x, y) or (x, y, sample_weight)."
        )
    for name, value in zip(_PARTS, _unpacked(batch), strict=True):
        # Whether a label may be text is the model's matter, which is not made yet.
        refuse_no_numbers(own, name, value, may_be_text=name != "sample_weight")


def _unpacked(batch: Any) -> tuple[Any, Any, Any]:
    x, y, weights = keras.utils.unpack_x_y_sample_weight(batch)
    return x, y, weights


def _endless(kind: Kind) -> str:
    told = {"dataset": "a tf.data.Dataset", "items": "a PyDataset", "generator": "a generator"}
    return f"returned {told[kind]} that does not say how many batches make an epoch"


def _batch_size(own: OwnFunction, batch: Any) -> int:
    shapes = [getattr(one, "shape", None) for one in keras.tree.flatten(batch) if one is not None]
    sizes = [shape[0] for shape in shapes if shape is not None and len(shape)]
    if not sizes:
        raise own.refusal("returned batches of single values, with no axis for the samples", _BATCH_HINT)
    if not sizes[0]:
        raise own.refusal("returned a first batch without a sample", "See that there are samples.")
    return int(sizes[0])
