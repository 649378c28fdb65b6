"""A lane's data, already split; `fit` takes what `untuned` makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from training.worker.data.data_shape import DataShape


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The data as it was made or read, with exact counts."""

    x: Any
    """A numpy array, or a `keras.utils.PyDataset` that makes its own batches."""
    y: Any
    """A numpy array, or None where `x` is a PyDataset."""
    validation: Any
    """A pair of arrays; None where nothing is held back."""
    train_samples: int
    validation_samples: int
    batch_size: int
    shape: DataShape

    @property
    def steps_per_epoch(self) -> int:
        """Steps of one epoch; the last may be a smaller batch."""
        return math.ceil(self.train_samples / self.batch_size)
