"""From a preset to a Keras model."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import keras

from training.preset import Preset
from training.preset.entry import ENTRY
from training.preset.fits import tag
from training.preset.model import EntryModel
from training.worker.data.data_shape import DataShape

_BUILT_BY = {"lstm": "recurrent", "gru": "recurrent", ENTRY: "entry"}
"""Where the module is not called like the architecture."""


def build_model(preset: Preset, shape: DataShape | None) -> keras.Model:
    """The model of a preset; the same seed gives the same first weights.

    Seeds Keras as a whole, as its layers draw their first weights from there. `shape` is None where a function of the
    user's own makes the model. Only such a function may have compiled it.
    """
    name = tag(preset.model)
    builder = importlib.import_module(f"training.worker.models.{_BUILT_BY.get(name, name)}")
    keras.utils.set_random_seed(preset.fit.seed)
    with _precision(preset.device.precision):
        model: keras.Model = builder.build(preset.model, shape)
    return model


def compile_model(model: keras.Model, preset: Preset) -> None:
    """Give the model its optimizer, loss and metrics, as the preset says.

    Raises:
        LaneFailureError: a function of the user's own made a model that the preset does not suit.
    """
    fit = preset.fit
    if isinstance(preset.model, EntryModel):
        from training.worker.models.entry import is_compiled

        if is_compiled(model, preset, preset.model):
            return
    optimizer = keras.optimizers.get(
        {"class_name": fit.optimizer, "config": {"learning_rate": fit.learning_rate}}
    )
    model.compile(
        optimizer=optimizer,
        loss=fit.loss,
        metrics=list(fit.metrics),
        jit_compile=preset.device.xla,
    )


@contextmanager
def _precision(name: str) -> Iterator[None]:
    """Layers take the policy they are made under; another model of this process keeps its own."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
