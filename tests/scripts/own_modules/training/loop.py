"""The training."""

import keras
import numpy as np

from .model import build


def train(epochs):
    keras.utils.set_random_seed(11)
    x = np.random.rand(96, 4).astype("float32")
    return build().fit(x, x.sum(axis=1), epochs=epochs, batch_size=12, verbose=0).history
