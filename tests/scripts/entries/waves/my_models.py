"""Networks that tell one kind of wave from another."""

import keras


def build(width=32, depth=2, length=64):
    """An uncompiled model: the preset says with what it is trained."""
    layers = [keras.layers.Dense(width, activation="relu") for _ in range(depth)]
    return keras.Sequential([keras.Input((length,)), *layers, keras.layers.Dense(1, activation="sigmoid")])


def compiled(width=32, depth=2, length=64, learning_rate=0.01):
    """The same, compiled: it keeps its own loss, optimizer and metrics."""
    model = build(width, depth, length)
    model.compile(keras.optimizers.SGD(learning_rate), loss="mse", metrics=["mae"])
    return model
