"""The last layer, which the data and the loss decide, and not the architecture."""

from __future__ import annotations

from typing import Any

import keras

from training.worker.data.data_shape import DataShape


def dense_head(features: Any, shape: DataShape) -> Any:
    """One dense layer over the last axis."""
    return keras.layers.Dense(shape.outputs, activation=shape.activation, dtype=_dtype(), name="head")(
        features
    )


def pixel_head(features: Any, shape: DataShape) -> Any:
    """One answer per pixel."""
    return keras.layers.Conv2D(shape.outputs, 1, activation=shape.activation, dtype=_dtype(), name="head")(
        features
    )


def _dtype() -> str | None:
    # Softmax and loss overflow in half precision: under a mixed policy the head answers in single.
    return "float32" if keras.config.dtype_policy().name.startswith("mixed") else None
