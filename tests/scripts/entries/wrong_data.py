"""Functions that are not what a preset needs; each is told by the line where it begins, or where it fails."""

import keras
import numpy as np
import tensorflow as tf

X, Y = np.zeros((8, 64), "float32"), np.zeros(8)


def one_array():
    return X


def four_arrays():
    return X, Y, Y, Y


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


def weights_of_text():
    return X, Y, np.array(["light", "heavy"] * 4)


def weights_for_some():
    return X, Y, np.ones(5)


def weights_of_two_for_one():
    return X, Y, [np.ones(8), np.ones(8)]


def weights_without_places():
    pictures = np.zeros((8, 8, 8, 1), "float32")
    return pictures, pictures, np.ones(8)


def weights():
    return X, Y, np.ones(8)


def three_sets():
    return (X, Y), (X, Y), (X, Y)


def batches_of_four():
    return ((X, Y, Y, Y) for _ in range(9)), 3


def batches_and_more():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(4), 2, Y


def labels_of_text():
    return X, np.array(["slow", "fast"] * 4)


def labels_of_objects():
    return X, np.array(["slow", "fast"] * 4, dtype=object)


def numbers_as_objects():
    return X.astype(object), Y


def batches_with_labels_of_text():
    return tf.data.Dataset.from_tensor_slices((X, np.array(["slow", "fast"] * 4))).batch(4)


def items_with_labels_of_text():
    return TextItems()


class TextItems(keras.utils.PyDataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X, np.array(["slow", "fast"] * 4)


def one_input_missing():
    return {"waves": X}, Y


def one_input_too_many():
    return {"waves": X, "scale": X[:, :1], "extra": X}, Y


def an_input_of_other_shape():
    return {"waves": X[:, :5], "scale": X[:, :1]}, Y


def a_number_too_many():
    return {"waves": X, "scale": X[:, :5]}, Y


def an_array_for_two_inputs():
    return X, Y


def three_arrays_for_two_inputs():
    return [X, X[:, :1], X], Y


def batches_with_an_input_missing():
    return tf.data.Dataset.from_tensor_slices(({"waves": X}, Y)).batch(4)


def fetches(port):
    import urllib.request

    return np.load(urllib.request.urlretrieve(f"http://127.0.0.1:{port}/data.npz")[0])


def fetches_through_keras(port):
    return keras.utils.get_file("data.npz", f"http://127.0.0.1:{port}/data.npz")


def fetches_later(port):
    def batches():
        while True:
            yield X, Y
            yield X, Y
            fetches(port)

    return batches(), 3


def too_much():
    return np.ones((10**9, 10**9)), Y


def fails_in_a_library():
    import json

    return json.loads("{")


def fails_in_numpy():
    return np.concatenate([X, Y]), Y
