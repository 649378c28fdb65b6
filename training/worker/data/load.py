"""Make or fetch a preset's data, and split it."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from training.preset import Preset
from training.preset.data import EntryData, OwnData, ShippedData, SlowImages
from training.preset.fits import tag, validation_count
from training.worker.data.data_shape import DataShape, data_shape
from training.worker.data.errors import DataError
from training.worker.data.training_data import TrainingData

_MADE_BY = {
    "tabular-binary": "tabular_binary",
    "tabular-regression": "tabular_regression",
    "tabular-classes": "tabular_classes",
    "images": "images",
    "slow-images": "slow_images",
    "noisy-images": "noisy_images",
    "masks": "masks",
    "sequences": "sequences",
    "topic-tokens": "topic_tokens",
    "next-tokens": "next_tokens",
    "id-pairs": "id_pairs",
    "keras-mnist": "keras_mnist",
    "keras-imdb": "keras_imdb",
}
"""Which module makes which data set: a worker imports only the one it trains on."""

# Streams of one seed, so that another split does not change the data.
_MAKE, _SPLIT = 0, 1


def load_data(preset: Preset) -> TrainingData:
    """A preset's data, ready for `fit`; the same preset always gives the same arrays.

    Raises:
        DataError: the data set is missing and cannot be fetched, or is not what the preset says.
        LaneFailureError: a function of the user's own cannot be had, or returns what cannot be trained on.
    """
    seed = preset.fit.seed
    if isinstance(preset.data, EntryData):
        from training.worker.data import entry

        return entry.load(preset, preset.data, lambda samples: _order(seed, samples))
    shape = data_shape(preset)
    assert not isinstance(preset.data, OwnData)  # a script has no data that anybody else makes
    maker = importlib.import_module(f"training.worker.data.{_MADE_BY[tag(preset.data)]}")
    x, y = maker.make(preset.data, np.random.default_rng([seed, _MAKE]))
    _check(preset.data, shape, x, y)
    if shape.labels == "one-hot":
        y = np.eye(shape.outputs, dtype=np.float32)[y]
    held_back = validation_count(len(x), preset.fit.validation_split)
    order = _order(seed, len(x))
    train, held = order[held_back:], order[:held_back]
    fit_x, fit_y, validation = x[train], y[train], (x[held], y[held]) if held_back else None
    if isinstance(preset.data, SlowImages):
        fit_x, fit_y = maker.SlowBatches(preset.data, fit_x, fit_y, preset.fit.batch_size, seed), None
        validation = (maker.unpacked(preset.data, validation[0]), validation[1]) if validation else None
    return TrainingData(
        x=fit_x,
        y=fit_y,
        validation=validation,
        train_samples=len(train),
        validation_samples=held_back,
        batch_size=preset.fit.batch_size,
        shape=shape,
    )


def _order(seed: int, samples: int) -> Any:
    return np.random.default_rng([seed, _SPLIT]).permutation(samples)


def _check(data: ShippedData, shape: DataShape, x: Any, y: Any) -> None:
    # Slow images are stored as one compressed string each.
    expected = () if isinstance(data, SlowImages) else shape.inputs
    if len(x) == len(y) == data.samples and x.shape[1:] == expected:
        return
    raise DataError(
        "bad-data",
        f"the data set {tag(data)} has {len(x)} inputs of shape {x.shape[1:]} and {len(y)} labels; "
        f"expected were {data.samples} of shape {expected}",
        "check the sizes under [data]; delete a damaged file from the Keras cache to fetch it again",
    )
