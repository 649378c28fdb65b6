"""Handwritten digits through `keras.datasets`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from training.preset.data import KerasMnist
from training.worker.data.fetch import fetch


def make(spec: KerasMnist, rng: np.random.Generator) -> tuple[Any, Any]:
    """Digits between 0 and 1 with one channel, and their numbers; a seeded choice of them."""
    (x, y), _ = fetch("mnist.npz", keras.datasets.mnist.load_data)
    chosen = rng.permutation(len(x))[: spec.samples]
    return x[chosen, ..., None].astype(np.float32) / 255, y[chosen].astype(np.int32)
