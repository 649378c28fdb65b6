"""Waves under noise: is the frequency the higher one of the two?"""

import keras
import numpy as np
import tensorflow as tf


def load(samples=1000, length=64, noise=0.3):
    """All of it as arrays; the preset says the batch size and how much is held back for validation."""
    fast = np.random.randint(2, size=samples)
    phase = np.random.uniform(0, 2 * np.pi, size=(samples, 1))
    waves = np.sin(np.linspace(0, 1, length) * 2 * np.pi * (2 + 2 * fast[:, None]) + phase)
    return (waves + noise * np.random.normal(size=waves.shape)).astype("float32"), fast


def with_validation(samples=1000, **more):
    """What is trained on, and what validates."""
    return load(samples, **more), load(samples // 4, **more)


def dataset(samples=1000, batch_size=32, **more):
    """Batches made by tf.data."""
    return tf.data.Dataset.from_tensor_slices(load(samples, **more)).shuffle(samples).batch(batch_size)


def stream(steps=20, batch_size=32, **more):
    """A generator that never ends, and how many of its batches make an epoch."""

    def batches():
        while True:
            yield load(batch_size, **more)

    return batches(), steps


class Waves(keras.utils.PyDataset):
    """Batches made one by one."""

    def __init__(self, batches, batch_size, more):
        super().__init__()
        self._batches, self._batch_size, self._more = batches, batch_size, more

    def __len__(self):
        return self._batches

    def __getitem__(self, index):
        return load(self._batch_size, **self._more)


def items(batches=20, batch_size=32, **more):
    """A PyDataset."""
    return Waves(batches, batch_size, more)
