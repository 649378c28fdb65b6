"""A functional model on arrays, with argparse and a guard: what most people write."""

import argparse
import json

import keras
import numpy as np


def build(units):
    inputs = keras.Input((8,))
    hidden = keras.layers.Dense(units, activation="relu")(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))


def main():
    parser = argparse.ArgumentParser(description="Train a small classifier.")
    parser.add_argument("--units", type=int, default=16)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--out", default="history.json")
    options = parser.parse_args()
    keras.utils.set_random_seed(1)
    x = np.random.rand(320, 8).astype("float32")
    y = (x.sum(axis=1) > 4).astype("float32")
    model = build(options.units)
    model.compile(keras.optimizers.Adam(options.lr), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=4, batch_size=16, validation_split=0.2, verbose=0)
    for epoch, loss in enumerate(history.history["loss"]):
        print(f"epoch {epoch}: {loss!r}")
    with open(options.out, "w") as file:
        json.dump(history.history, file)


if __name__ == "__main__":
    main()
