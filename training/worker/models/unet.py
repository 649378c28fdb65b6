"""A small U-Net."""

from __future__ import annotations

from typing import Any

import keras

from training.preset.model import Unet
from training.worker.data.data_shape import DataShape
from training.worker.models.head import pixel_head


def build(spec: Unet, shape: DataShape) -> keras.Model:
    """Down by pooling and up by repeating, each level joined with its mirror image."""
    inputs = x = keras.Input(shape.inputs)
    skips = []
    for level in range(spec.levels):
        x = _two_convolutions(x, spec.filters * 2**level)
        skips.append(x)
        x = keras.layers.MaxPooling2D()(x)
    x = _two_convolutions(x, spec.filters * 2**spec.levels)
    for level in reversed(range(spec.levels)):
        x = keras.layers.UpSampling2D()(x)
        x = keras.layers.Concatenate()([skips[level], x])
        x = _two_convolutions(x, spec.filters * 2**level)
    return keras.Model(inputs, pixel_head(x, shape), name="unet")


def _two_convolutions(x: Any, filters: int) -> Any:
    for _ in range(2):
        x = keras.layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return x
