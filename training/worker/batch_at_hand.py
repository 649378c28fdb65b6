"""One batch of a lane's own data, again and again, as its training would see it.

Follows the data adapters of Keras 3.15 for arrays and for a `PyDataset`. Of batches of the user's own none is made for
it: the first was kept when they were looked at.
"""

from __future__ import annotations

from typing import Any

import keras
from keras.src.backend.tensorflow.trainer import TFEpochIterator
from keras.src.trainers.data_adapters import TFDatasetAdapter
from keras.src.trainers.data_adapters.data_adapter_utils import get_tensor_spec

from training.worker.data.batches import Batches
from training.worker.data.training_data import TrainingData
from training.worker.data.untuned import untuned

PREFETCHED = 2
"""Taken from a queue as in training: for small steps that is half of what a batch costs."""


def batch_at_hand(model: Any, data: TrainingData) -> Any:
    """What `fit` goes through, without an end, of the data's first batch; it is made once, here or at the first step.

    It comes out of Keras's own pipeline, with its types, and with shapes as open as they are in training: for a batch
    of exactly this shape the step would be compiled anew.
    """
    if isinstance(data.x, Batches):
        first = _batches(model, TFDatasetAdapter(_first_kept(data.x)))
    elif data.y is None:
        first = _batches(model, _FirstItems(data.x))
    else:
        # With as many more as are left over at an epoch's end: then Keras leaves the batch's size open, as there.
        samples = len(keras.tree.flatten(data.x)[0])
        taken = data.batch_size + samples % data.batch_size
        arrays = (data.x, data.y, data.sample_weight)
        few = keras.tree.map_structure(lambda one: None if one is None else one[:taken], arrays)
        first = _batches(model, *few, batch_size=data.batch_size)
    kept = first._distributed_dataset.take(1).cache()
    return _batches(model, untuned(kept.repeat().prefetch(PREFETCHED)))


def _first_kept(batches: Batches) -> Any:
    """The first batch of the user's own alone, with the types and open sizes that the whole has."""
    from keras.src.utils.module_utils import tensorflow as tf

    if batches.kind == "dataset":
        signature, batch = batches.source.element_spec, batches.first[0]
    else:
        first = [tuple(one) if isinstance(one, list) else one for one in batches.first]
        signature, batch = get_tensor_spec(first), first[0]
    return tf.data.Dataset.from_generator(lambda: iter([batch]), output_signature=signature)


def _batches(
    model: Any, x: Any, y: Any = None, sample_weight: Any = None, *, batch_size: int | None = None
) -> Any:
    return TFEpochIterator(
        x=x,
        y=y,
        sample_weight=sample_weight,
        batch_size=batch_size,
        shuffle=False,
        distribute_strategy=model.distribute_strategy,
        steps_per_execution=model.steps_per_execution,
    )


class _FirstItems(keras.utils.PyDataset):  # type: ignore[misc]
    """The two items that Keras looks at for their shapes, each made once, and in whoever's thread asks."""

    def __init__(self, items: Any) -> None:
        super().__init__()
        self._made = [items[index] for index in range(min(2, len(items)))]

    def __len__(self) -> int:
        return len(self._made)

    def __getitem__(self, index: int) -> Any:
        return self._made[index]
