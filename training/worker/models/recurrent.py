"""Stacked LSTM or GRU layers."""

from __future__ import annotations

import keras

from training.preset.model import Gru, Lstm
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Lstm | Gru, shape: DataShape) -> keras.Model:
    """Tokens are embedded first; every layer but the last hands on its whole sequence.

    No recurrent dropout: with it Keras leaves the fused cuDNN kernels.
    """
    layer = keras.layers.LSTM if isinstance(spec, Lstm) else keras.layers.GRU
    inputs = x = keras.Input(shape.inputs, dtype="int32" if shape.input_kind == "tokens" else None)
    if shape.input_kind == "tokens":
        x = keras.layers.Embedding(shape.table_rows[0], spec.embedding)(x)
    for index, units in enumerate(spec.units, start=1):
        x = layer(units, return_sequences=index < len(spec.units))(x)
        if spec.dropout:
            x = keras.layers.Dropout(spec.dropout)(x)
    return keras.Model(inputs, dense_head(x, shape), name=layer.__name__.lower())
