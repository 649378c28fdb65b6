"""Dense layers."""

from __future__ import annotations

import keras

from training.preset.model import Mlp
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Mlp, shape: DataShape) -> keras.Model:
    """Dense layers with their activation, dropout after each where asked for, then the head."""
    inputs = x = keras.Input(shape.inputs)
    for units in spec.hidden:
        x = keras.layers.Dense(units, activation=spec.activation)(x)
        if spec.dropout:
            x = keras.layers.Dropout(spec.dropout)(x)
    return keras.Model(inputs, dense_head(x, shape), name="mlp")
