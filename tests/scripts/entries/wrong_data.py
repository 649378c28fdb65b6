"""Functions that are not what a preset needs; each is told by the line where it begins, or where it fails."""

import keras
import numpy as np
import tensorflow as tf

X, Y = np.zeros((8, 64), "float32"), np.zeros(8)


def one_array():
    return X


def three_arrays():
    return X, Y, Y


def lists():
    return [1, 2, 3], [4, 5, 6]


def of_different_lengths():
    return X, Y[:5]


def without_samples():
    return X[:0], Y[:0]


def an_empty_dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).take(0).batch(4)


def not_batched():
    return tf.data.Dataset.from_tensor_slices(Y)


def an_endless_dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(4).repeat()


def a_generator_alone():
    return ((X, Y) for _ in range(3))


def an_empty_generator():
    return iter(()), 3


def a_generator_of_arrays():
    return (X for _ in range(9)), 3


def no_count():
    return ((X, Y) for _ in range(9)), 0


def too_many_steps():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(4), 9


class FailsLater(keras.utils.PyDataset):
    def __len__(self):
        return 9

    def __getitem__(self, index):
        if index > 1:
            raise RuntimeError(f"there is no batch {index}")
        return X, Y


def fails_later():
    return FailsLater()
