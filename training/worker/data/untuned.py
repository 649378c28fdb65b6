"""A lane's data as Keras feeds it, without tf.data's autotuning.

While it tunes, a pipeline's end waits for the tuner's thread, and that thread for its next turn: seconds in which an
epoch does not begin and the device idles, now and then and never the same. Keras turns it off too where it queues
batches itself. Order and content of the batches are Keras's own. A `tf.data.Dataset` of the user's own is left as it
is: what it does in parallel may be for the tuner to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras.src.trainers.data_adapters import (
    ArrayDataAdapter,
    GeneratorDataAdapter,
    PyDatasetAdapter,
    TFDatasetAdapter,
)
from keras.src.trainers.data_adapters.data_adapter_utils import get_tensor_spec

from training.worker.data.batches import Batches
from training.worker.data.training_data import TrainingData


class UntunedArrays(ArrayDataAdapter):  # type: ignore[misc]
    """What Keras makes of arrays."""

    def get_tf_dataset(self) -> Any:
        """Keras's pipeline with its parallelism fixed."""
        return untuned(super().get_tf_dataset())


class UntunedItems(PyDatasetAdapter):  # type: ignore[misc]
    """What Keras makes of a `keras.utils.PyDataset`."""

    def __init__(self, items: Any, *, shuffle: bool, first: Sequence[Any] = ()) -> None:
        """`first` are its first items where they were made already: Keras then does not make them for their shapes."""
        super().__init__(items, shuffle=shuffle)
        if first:
            self._output_signature = get_tensor_spec([self._standardize_batch(batch) for batch in first])

    def get_tf_dataset(self) -> Any:
        """Keras's pipeline with its parallelism fixed."""
        return untuned(super().get_tf_dataset())


class UntunedGenerator(GeneratorDataAdapter):  # type: ignore[misc]
    """What Keras makes of a generator."""

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
    """What `fit` takes as `x`, alone: shuffled where that is ours to do, and in the data's batches."""
    if isinstance(data.x, Batches):
        return _own_batches(data.x, shuffle=True)
    if data.y is None:
        return UntunedItems(data.x, shuffle=True)
    return UntunedArrays(data.x, data.y, data.sample_weight, batch_size=data.batch_size, shuffle=True)


def validation_batches(data: TrainingData) -> Any:
    """What `fit` takes as `validation_data`; None where there is none.

    Beside batches that are made already, and have a size of their own, arrays come in Keras's.
    """
    if data.validation is None:
        return None
    if isinstance(data.validation, Batches):
        return _own_batches(data.validation, shuffle=False)
    return UntunedArrays(*data.validation, batch_size=None if data.y is None else data.batch_size)


def _own_batches(batches: Batches, *, shuffle: bool) -> Any:
    match batches.kind:
        case "dataset":
            return TFDatasetAdapter(batches.source)
        case "items":
            has_order = batches.source.num_batches is not None
            return UntunedItems(batches.source, shuffle=shuffle and has_order, first=batches.first)
        case "generator":
            return UntunedGenerator(batches.source)
