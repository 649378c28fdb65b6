"""Film reviews through `keras.datasets`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.preset.data import KerasImdb
from training.worker.data.fetch import fetch


def make(spec: KerasImdb, rng: np.random.Generator) -> tuple[Any, Any]:
    """Word numbers of shape (length,), the end of each review, and 0.0 or 1.0 for whether it was liked."""
    (reviews, labels), _ = fetch("imdb.npz", lambda: keras.datasets.imdb.load_data(num_words=spec.vocabulary))
    chosen = rng.permutation(len(reviews))[: spec.samples]
    x = keras.utils.pad_sequences(reviews[chosen], maxlen=spec.length)
    return x.astype(np.int32), labels[chosen].astype(np.float32)[:, None]
