"""Data in the other shapes that people return."""

import keras
import numpy as np
import tensorflow as tf


def numbers(samples=96, length=64):
    x = np.random.normal(size=(samples, length)).astype("float32")
    return x, x[:, 0].astype("float32")


def classes(samples=96, length=64, count=3):
    return numbers(samples, length)[0], np.arange(samples) % count


def named(samples=96, length=64):
    x, y = numbers(samples, length)
    return {"waves": x, "scale": x[:, :1]}, y


def of_unknown_length(samples=96, length=64, batch_size=32):
    """Nobody knows how many are left before all were looked at."""
    x, y = numbers(samples, length)
    return tf.data.Dataset.from_tensor_slices((x, y)).filter(lambda x, y: y > -100.0).batch(batch_size)


def endless(samples=96, length=64, batch_size=32, steps=3):
    dataset = tf.data.Dataset.from_tensor_slices(numbers(samples, length)).repeat().batch(batch_size)
    return dataset, steps


def with_batches_held_back(batch_size=32):
    """A generator, and another for validation."""

    def batches():
        while True:
            yield numbers(batch_size)

    return (batches(), 3), (batches(), 2)


def that_ends(batches=5, steps=3):
    """A generator that ends inside its second epoch."""
    return (numbers(32) for _ in range(batches)), steps


def weighted(samples=96, length=64):
    """The second half counts for less, and a tenth of it for nothing."""
    x, y = numbers(samples, length)
    weights = np.where(np.arange(samples) < samples // 2, 1.0, 0.25).astype("float32")
    weights[samples - samples // 20 :] = 0
    return x, y, weights


def weighted_with_validation(samples=96):
    return weighted(samples), weighted(samples // 4)


def weighted_dataset(samples=96, batch_size=32):
    """Beside arrays that validate with weights, too."""
    dataset = tf.data.Dataset.from_tensor_slices(weighted(samples)).shuffle(samples).batch(batch_size)
    return dataset, weighted(samples // 4)


def weighted_stream(steps=3, batch_size=32):
    def batches():
        while True:
            yield weighted(batch_size)

    return batches(), steps


class Weighted(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return weighted(32)


def weighted_items():
    return Weighted()


def weighted_classes(samples=96):
    x, y = classes(samples)
    return x, y, np.linspace(0, 2, samples)


def weighted_places(samples=96, size=8):
    """Pictures of which each weighs something: an axis for each of theirs."""
    pictures = np.random.uniform(size=(samples, size, size, 1)).astype("float32")
    return pictures, pictures, np.linspace(0, 2, samples)[:, None, None]


def without_weights(samples=96):
    """As a function ends that gives weights on request alone."""
    return *numbers(samples), None
