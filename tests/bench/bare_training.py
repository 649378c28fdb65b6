"""`python -P -m tests.bench.bare_training PRESET EPOCHS`: the script a user would write, without anything of ours.

The same model and data as a lane's, trained by a plain `fit`. Prints one JSON object: on CLOCK_MONOTONIC, when the
first step had ended and when each epoch began and ended.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import keras

from training.preset_library import resolve
from training.worker.data import load_data
from training.worker.data.untuned import training_batches, validation_batches
from training.worker.models import build_model, compile_model


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes epochs; of the steps only the first, in an epoch of its own, so that the others are not called on."""

    def __init__(self) -> None:
        super().__init__()
        self.began: list[float] = []
        self.ended: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note it."""
        self.began.append(time.monotonic())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Note it."""
        self.ended.append(time.monotonic())


class FirstStep(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends the training once the first step has ended."""

    at = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note it."""
        self.at = time.monotonic()
        self.model.stop_training = True


def main(reference: str, epochs: int) -> None:
    """Train and print the times; with no epochs, the first step's alone."""
    preset = resolve(reference).preset
    assert preset is not None
    keras.utils.set_random_seed(preset.fit.seed)
    data = load_data(preset)
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    clock, first = Clock(), FirstStep()
    model.fit(
        training_batches(data),
        epochs=epochs or 1,
        validation_data=validation_batches(data) if epochs else None,
        callbacks=[clock if epochs else first],
        verbose=0,
    )
    told = {"steps_per_epoch": data.steps_per_epoch, "first_step_at": first.at}
    print(json.dumps({**told, "began": clock.began, "ended": clock.ended}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
