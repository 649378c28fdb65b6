"""MobileNet V2 from `keras.applications`."""

from __future__ import annotations

import keras

from training.preset.model import Mobilenet
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Mobilenet, shape: DataShape) -> keras.Model:
    """The network without its weights and with our head: its own would answer in half precision."""
    body = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=shape.inputs, alpha=spec.alpha, pooling="avg"
    )
    return keras.Model(body.input, dense_head(body.output, shape), name="mobilenetv2")
