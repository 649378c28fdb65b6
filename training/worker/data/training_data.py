"""A lane's data, already split; `fit` takes what `untuned` makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras

from training.worker.data.batches import Batches
from training.worker.data.data_shape import DataShape


@dataclass(frozen=True, slots=True)
class TrainingData:
    """The data as it was made or read, with exact counts where there are any."""

    x: Any
    """Arrays, a `keras.utils.PyDataset` of ours that makes its own batches, or the user's own `Batches`."""
    y: Any
    """Arrays, or None where `x` has them in it."""
    validation: Any
    """`(x, y)` or `(x, y, sample_weight)` of arrays, or the user's own `Batches`; None where nothing is held back."""
    train_samples: int | None
    """None where only batches are counted."""
    validation_samples: int | None
    batch_size: int
    shape: DataShape | None
    """None where a function of the user's own makes the model."""
    sample_weight: Any = None
    """Arrays that say how much each sample counts; None where each counts the same, or where `x` has them in it."""

    @property
    def steps_per_epoch(self) -> int | None:
        """Steps of one epoch, the last of which may be a smaller batch; None where that shows only when one is over."""
        if isinstance(self.x, Batches):
            return self.x.steps_per_epoch
        return None if self.train_samples is None else math.ceil(self.train_samples / self.batch_size)

    @property
    def asked_steps(self) -> int | None:
        """What `fit` is given as `steps_per_epoch`: None where the data end by themselves."""
        return self.x.asked_steps if isinstance(self.x, Batches) else None

    @property
    def asked_validation_steps(self) -> int | None:
        """What `fit` is given as `validation_steps`."""
        return self.validation.asked_steps if isinstance(self.validation, Batches) else None

    def first_inputs(self) -> Any:
        """What a model is given of a first batch, for looking at it."""
        if isinstance(self.x, Batches):
            return self.x.first_inputs
        if self.y is None:
            return keras.utils.unpack_x_y_sample_weight(self.x[0])[0]
        return keras.tree.map_structure(lambda one: one[: self.batch_size], self.x)

    def first_weights(self) -> Any:
        """What the samples of a first batch weigh; None where each counts the same."""
        return self.x.first_weights if isinstance(self.x, Batches) else self.sample_weight

    def labels(self) -> tuple[Any, ...]:
        """Those of the training and of the validation: of all samples, or of a first batch."""
        train = self.x.first_labels if isinstance(self.x, Batches) else self.y
        held = self.validation
        return (train, held.first_labels if isinstance(held, Batches) else None if held is None else held[1])
