"""Data that a function of the user's own returns: arrays, or batches that are made already."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

from training.preset import FitSpec, Preset
from training.preset.data import EntryData
from training.preset.model import EntryModel
from training.worker.data.arrays import RETURNS, Arrays, arrays_of, samples_in, split, told
from training.worker.data.batches import Batches, batches_of, kind_of
from training.worker.data.not_numbers import refuse_no_numbers
from training.worker.data.told_shape import told_shape
from training.worker.data.training_data import TrainingData
from training.worker.own_code import OwnFunction, own_function

_OF_A_BATCH = ("dice", "tversky")
"""Losses that Keras takes of all samples of a batch at once."""


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
            f"returned {what}, and fit.validation_split is set",
            "Set it to 0, or return (x, y) or (x, y, sample_weight) alone.",
        )
    if preset.fit.loss in _OF_A_BATCH and _weights(train) is not None:
        raise own.refusal(
            f"returned sample_weight, and fit.loss = {preset.fit.loss!r} is one number for a whole batch, "
            "in which no sample can count more than another",
            "Take another loss, or return (x, y).",
        )
    if isinstance(train, tuple) and preset.fit.validation_split:
        train, validation = split(own, train, preset.fit.validation_split, order)
    is_own_model = isinstance(preset.model, EntryModel)
    if not is_own_model:
        for part in (train, validation):
            refuse_no_numbers(own, "y", _labels(part))
    x, y, weights = (*train, None, None)[:3] if isinstance(train, tuple) else (train, None, None)
    return TrainingData(
        x=x,
        y=y,
        sample_weight=weights,
        validation=validation,
        train_samples=_samples(train),
        validation_samples=0 if validation is None else _samples(validation),
        batch_size=train.batch_size if isinstance(train, Batches) else preset.fit.batch_size,
        shape=None if is_own_model else told_shape(preset, train, validation),
    )


def _parts(own: OwnFunction, returned: Any) -> tuple[Arrays | Batches, Arrays | Batches | None]:
    """What is trained on, and what validates."""
    if isinstance(returned, tuple) and len(returned) == 2:
        first, second = returned
        if _is_set(first) and (_is_set(second) or second is None):
            return _part(own, first), None if second is None else _part(own, second)
    if isinstance(returned, tuple) and len(returned) > 2 and all(map(_is_set, returned)):
        raise own.refusal(
            f"returned {len(returned)} sets of samples with labels",
            "Return (train, validation), two of them.",
        )
    return _part(own, returned), None


def _is_set(value: object) -> bool:
    """Whether it is samples and labels, and not one of the two."""
    return (isinstance(value, tuple) and len(value) in (2, 3)) or kind_of(value) is not None


def _part(own: OwnFunction, value: Any) -> Arrays | Batches:
    if kind_of(value) is not None:
        return batches_of(own, value, None)
    if not isinstance(value, tuple) or len(value) not in (2, 3):
        raise own.refusal(f"returned {told(value)}", RETURNS)
    first, *more = value
    if kind_of(first) is None:
        return arrays_of(own, value)
    if len(more) > 1:
        raise own.refusal("returned batches with more than a step count beside them", RETURNS)
    (steps,) = more
    if not isinstance(steps, numbers.Integral) or isinstance(steps, bool) or steps < 1:
        raise own.refusal(f"returned batches with {told(steps)} where a step count should be", RETURNS)
    return batches_of(own, first, int(steps))


def _labels(part: Arrays | Batches | None) -> Any:
    """Those of all samples, or of the first batch."""
    if part is None:
        return None
    return part.first_labels if isinstance(part, Batches) else part[1]


def _weights(part: Arrays | Batches) -> Any:
    """What the samples weigh; None where each weighs the same."""
    return part.first_weights if isinstance(part, Batches) else part[2] if len(part) > 2 else None


def _refuse_batch_size(own: OwnFunction, preset: Preset) -> None:
    size = preset.fit.batch_size
    if size != FitSpec().batch_size:
        raise own.refusal(
            f"returned batches that are made already, and fit.batch_size = {size} is set",
            "Leave it out of the preset: the function makes the batches.",
        )


def _samples(part: Arrays | Batches) -> int | None:
    return None if isinstance(part, Batches) else samples_in(part)
