"""A convolutional autoencoder."""

from __future__ import annotations

import keras

from training.preset.model import Autoencoder
from training.worker.data.data_shape import DataShape
from training.worker.models.head import pixel_head


def build(spec: Autoencoder, shape: DataShape) -> keras.Model:
    """Strided convolutions down, a dense code, and transposed convolutions back up."""
    inputs = x = keras.Input(shape.inputs)
    for filters in spec.filters:
        x = keras.layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(x)
    smallest = shape.inputs[0] // 2 ** len(spec.filters)
    x = keras.layers.Dense(spec.code, activation="relu", name="code")(keras.layers.Flatten()(x))
    x = keras.layers.Dense(smallest * smallest * spec.filters[-1], activation="relu")(x)
    x = keras.layers.Reshape((smallest, smallest, spec.filters[-1]))(x)
    for filters in reversed(spec.filters):
        x = keras.layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(inputs, pixel_head(x, shape), name="autoencoder")
