"""Whether data of the user's own fit the model, as far as that shows before a step: told with the line to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras.src.models.functional import Functional

from training.preset import Preset
from training.preset.data import EntryData
from training.preset.errors import listed
from training.preset.model import EntryModel
from training.worker.data.not_numbers import refuse_no_numbers
from training.worker.data.training_data import TrainingData
from training.worker.models.entry import has_own_step, see_it_built
from training.worker.own_code import OwnFunction, own_function

_OF_A_SAMPLE = ("ctc",)
"""Losses that are one number for each sample, whatever shape the model's answer has."""


def see_it_fits(model: Any, data: TrainingData, preset: Preset) -> None:
    """Look at both before a step is taken, and give a model that nobody has built its weights.

    Raises:
        LaneFailureError: the data are the user's own, and are nothing for this model.
        Exception: the model does not take the batch, or fails in another way.
    """
    own = own_function(preset.data.entry) if isinstance(preset.data, EntryData) else None
    # What a step of the user's own makes of labels and inputs is theirs.
    if own is not None and not has_own_step(model):
        for labels in data.labels():
            refuse_no_numbers(own, "y", labels)
        _refuse_other_inputs(own, model, data.first_inputs(), preset)
    see_it_built(model, data)
    if own is not None and preset.fit.loss is not None:
        _refuse_too_few_axes(own, model, data, preset.fit.loss)


def _refuse_other_inputs(own: OwnFunction, model: Any, given: Any, preset: Preset) -> None:
    """Refuse inputs of other names than the model's.

    Keras goes through a dict by the order of its keys where the model's inputs are a dict as well: one too many can
    take another's place there.
    """
    if not isinstance(given, dict) or type(model).call is not Functional.call:
        return
    struct = getattr(model, "_inputs_struct", None)
    names = _names(struct)
    if not names:
        return
    place = ""
    if isinstance(preset.model, EntryModel):
        made = own_function(preset.model.entry)
        place = f" ({made.place}, {made.entry.function})"
    missing = [name for name in names if name not in given]
    if missing:
        raise own.refusal(
            f"returned no input {listed(missing)}; the model{place} takes {listed(names)}",
            "Call the inputs alike in both.",
        )
    surplus = [name for name in given if name not in names]
    if surplus and isinstance(struct, dict):
        raise own.refusal(
            f"returned the input {listed(surplus)}, and the model{place} takes {listed(names)}",
            "Leave it out: Keras goes by the order of the inputs, and may take it for another.",
        )


def _names(struct: Any) -> Sequence[str]:
    """What the inputs of a functional model are called; empty where they are nested deeper."""
    if isinstance(struct, dict):
        return list(struct)
    inputs = list(struct) if isinstance(struct, list | tuple) else [struct]
    return [one.name for one in inputs] if all(hasattr(one, "name") for one in inputs) else ()


def _refuse_too_few_axes(own: OwnFunction, model: Any, data: TrainingData, loss: str) -> None:
    """Refuse weights that Keras would multiply along another axis than the samples'."""
    weights, outputs, labels = data.first_weights(), getattr(model, "outputs", None), data.labels()[0]
    if weights is None or not outputs or len(outputs) > 1 or loss in _OF_A_SAMPLE:
        return
    if keras.tree.is_nested(weights) or keras.tree.is_nested(labels):
        return
    shape = tuple(outputs[0].shape)
    if shape[-1] == 1 and 1 < len(labels.shape) == len(shape) - 1:
        shape = shape[:-1]  # Keras takes the last axis off, for both to have the same
    places = shape[len(weights.shape) : -1]
    if any(size != 1 for size in places):
        axes = ", ".join([":"] * len(weights.shape) + ["None"] * len(places))
        told = " × ".join("?" if size is None else str(size) for size in shape[1:-1])
        raise own.refusal(
            f"returned sample_weight with {len(weights.shape)} of the {len(shape) - 1} axes that "
            f"fit.loss = {loss!r} has here, which is taken at {told} places of each sample",
            f"Where all of these weigh the same, return sample_weight[{axes}].",
        )
