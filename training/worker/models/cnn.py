"""A plain convolutional classifier."""

from __future__ import annotations

import keras

from training.preset.model import Cnn
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Cnn, shape: DataShape) -> keras.Model:
    """Convolution, relu and pooling per block, then one dense layer and the head."""
    inputs = x = keras.Input(shape.inputs)
    for filters in spec.filters:
        x = keras.layers.Conv2D(filters, spec.kernel, padding="same", activation="relu")(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(spec.dense, activation="relu")(x)
    if spec.dropout:
        x = keras.layers.Dropout(spec.dropout)(x)
    return keras.Model(inputs, dense_head(x, shape), name="cnn")
