"""ResNet V2 from `keras.applications`."""

from __future__ import annotations

import keras

from training.preset.model import Resnet
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Resnet, shape: DataShape) -> keras.Model:
    """The network without its weights and with our head: its own would answer in half precision."""
    make = {
        50: keras.applications.ResNet50V2,
        101: keras.applications.ResNet101V2,
        152: keras.applications.ResNet152V2,
    }[spec.depth]
    body = make(include_top=False, weights=None, input_shape=shape.inputs, pooling="avg")
    return keras.Model(body.input, dense_head(body.output, shape), name=f"resnet{spec.depth}v2")
