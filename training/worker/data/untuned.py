"""A lane's data as Keras feeds it, without tf.data's autotuning.

While it tunes, a pipeline's end waits for the tuner's thread, and that thread for its next turn: seconds in which an
epoch does not begin and the device idles, now and then and never the same. Keras turns it off too where it queues
batches itself. Order and content of the batches are Keras's own.
"""

from __future__ import annotations

from typing import Any

from keras.src.trainers.data_adapters import ArrayDataAdapter, PyDatasetAdapter

from training.worker.data.training_data import TrainingData


class UntunedArrays(ArrayDataAdapter):  # type: ignore[misc]
    """What Keras makes of arrays."""

    def get_tf_dataset(self) -> Any:
        """Keras's pipeline with its parallelism fixed."""
        return untuned(super().get_tf_dataset())


class UntunedItems(PyDatasetAdapter):  # type: ignore[misc]
    """What Keras makes of a `keras.utils.PyDataset`."""

    def get_tf_dataset(self) -> Any:
        """Keras's pipeline with its parallelism fixed."""
        return untuned(super().get_tf_dataset())


def untuned(dataset: Any) -> Any:
    """The same tf.data pipeline without autotuning."""
    from keras.src.utils.module_utils import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def training_batches(data: TrainingData) -> Any:
    """What `fit` takes as `x`, alone: shuffled, and in the data's batches."""
    if data.y is None:
        return UntunedItems(data.x, shuffle=True)
    return UntunedArrays(data.x, data.y, batch_size=data.batch_size, shuffle=True)


def validation_batches(data: TrainingData) -> Any:
    """What `fit` takes as `validation_data`; None where there is none.

    Beside a PyDataset, which has a batch size of its own, arrays come in Keras's.
    """
    if data.validation is None:
        return None
    return UntunedArrays(*data.validation, batch_size=None if data.y is None else data.batch_size)
