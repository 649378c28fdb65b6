"""Two large tables and little else."""

from __future__ import annotations

import keras

from training.preset.model import Embedding
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Embedding, shape: DataShape) -> keras.Model:
    """One row of each table per sample, side by side, through the dense layers."""
    inputs = keras.Input(shape.inputs, dtype="int32")
    rows = [
        keras.layers.Embedding(count, spec.width)(inputs[:, column])
        for column, count in enumerate(shape.table_rows)
    ]
    x = keras.layers.Concatenate()(rows)
    for units in spec.hidden:
        x = keras.layers.Dense(units, activation="relu")(x)
    return keras.Model(inputs, dense_head(x, shape), name="embedding")
