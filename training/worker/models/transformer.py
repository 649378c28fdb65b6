"""A small transformer over tokens."""

from __future__ import annotations

from typing import Any

import keras

from training.preset.model import Transformer
from training.worker.data.data_shape import DataShape
from training.worker.models.head import dense_head


def build(spec: Transformer, shape: DataShape) -> keras.Model:
    """Token and position embeddings, pre-norm blocks, then the head on every place or on their mean.

    Made of Keras's own layers and operations only, so that the saved model opens anywhere.
    """
    causal = shape.target == "next-token"
    tokens = keras.Input(shape.inputs, dtype="int32")
    positions = keras.ops.cumsum(keras.ops.ones_like(tokens), axis=1) - 1
    x = keras.layers.Embedding(shape.table_rows[0], spec.width)(tokens)
    x = x + keras.layers.Embedding(shape.inputs[0], spec.width)(positions)
    for _ in range(spec.layers):
        x = _block(x, spec, causal=causal)
    x = keras.layers.LayerNormalization()(x)
    if not causal:
        x = keras.layers.GlobalAveragePooling1D()(x)
    return keras.Model(tokens, dense_head(x, shape), name="transformer")


def _block(x: Any, spec: Transformer, *, causal: bool) -> Any:
    attend = keras.layers.MultiHeadAttention(spec.heads, spec.width // spec.heads, dropout=spec.dropout)
    normal = keras.layers.LayerNormalization()(x)
    x = x + attend(normal, normal, use_causal_mask=causal)
    inner = keras.layers.Dense(spec.feed_forward, activation="gelu")(keras.layers.LayerNormalization()(x))
    inner = keras.layers.Dense(spec.width)(inner)
    if spec.dropout:
        inner = keras.layers.Dropout(spec.dropout)(inner)
    return x + inner
