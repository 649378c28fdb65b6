"""Data in the other shapes that people return."""

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
