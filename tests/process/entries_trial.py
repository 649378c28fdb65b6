"""Train with functions of a person's own, in `fit` and in our step loop; tell as JSON what came of each.

Runs in a process of its own: `-m tests.process.entries_trial PRESET…`. In `fit` the lane is asked for steps on one
batch at hand, in the step loop it is not: that both end with the same weights says that the loop is `fit`, and that
those steps leave no trace. Arrays are also given to `fit` as they are. Operations are deterministic and threads fixed.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf  # noqa: TID251 - its threads and its determinism are set here

from tests.process.cached_batch_trial import Asks, Kept
from tests.process.step_loop_trial import Told, Train, digest, exactly
from training.agent.gate import Gate
from training.agent.lane_plan import LaneHooksPlan
from training.preset import Preset, load_preset
from training.worker.cached_batch import CachedBatch
from training.worker.callback import lane_callback
from training.worker.data import load_data
from training.worker.data.training_data import TrainingData
from training.worker.data.untuned import training_batches, validation_batches
from training.worker.models import build_model, compile_model
from training.worker.models.fitting import see_it_fits
from training.worker.step_loop import fit_in_steps

EPOCHS = 3


class Calls(Told):
    """Keeps every call of Keras; how many steps an epoch has may not be known."""

    def on_train_begin(self, logs: Any = None) -> None:
        self._keep("train begins", 0, {"of": self.params["steps"] or 0, "epochs": self.params["epochs"]})


def by_fit(model: Any, data: TrainingData, callbacks: list[Any]) -> None:
    """Train as a lane alone does."""
    model.fit(
        training_batches(data),
        epochs=EPOCHS,
        validation_data=validation_batches(data),
        steps_per_epoch=data.asked_steps,
        validation_steps=data.asked_validation_steps,
        callbacks=callbacks,
        verbose=0,
    )


def by_keras(model: Any, data: TrainingData, callbacks: list[Any]) -> None:
    """Train on arrays as a person would, with nothing of ours between."""
    model.fit(
        data.x,
        data.y,
        sample_weight=data.sample_weight,
        batch_size=data.batch_size,
        epochs=EPOCHS,
        validation_data=data.validation,
        callbacks=callbacks,
        verbose=0,
    )


def by_steps(model: Any, data: TrainingData, callbacks: list[Any]) -> None:
    """Train as one of two lanes in a process does."""
    for _ in fit_in_steps(model, data, EPOCHS, callbacks):
        pass


def trained(preset: Preset, train: Train, *, asked: bool) -> dict[str, Any]:
    """What comes of a training; nothing where it is Keras's own and the data are no arrays."""
    random.seed(5)
    np.random.seed(5)
    keras.utils.set_random_seed(preset.fit.seed)
    data = load_data(preset)
    if train is by_keras and not isinstance(data.y, np.ndarray):
        return {}
    model = build_model(preset, data.shape)
    compile_model(model, preset)
    see_it_fits(model, data, preset)
    gate, emitter, told = Gate(), Kept(), Calls()
    said: list[str] = []
    gate.tell({"do": "release"})
    cached = CachedBatch(
        model,
        data,
        now=emitter.now,
        synchronize=lambda: None,
        is_wanted=lambda: True,
        say=said.append,
    )
    hooks = lane_callback(
        emitter,
        gate,
        LaneHooksPlan(
            batch_size=data.batch_size,
            steps_per_epoch=data.steps_per_epoch,
            samples_per_epoch=data.train_samples,
            warm_up_steps=1,
            say=said.append,
            time_cached_batch=cached.time,
        ),
    )
    train(model, data, [*([Asks(gate)] if asked else []), hooks, told])
    return {
        "calls": told.calls,
        "history": exactly(model.history.history),
        "weights": digest([variable.numpy() for variable in model.variables]),
        "sizes": [data.batch_size, data.steps_per_epoch, data.train_samples, data.validation_samples],
        "steps": hooks.step,
        "samples": hooks.samples,
        "epochs": hooks.epochs_done,
        "ran_dry": hooks.ran_dry,
        "weighted": data.first_weights() is not None,
        "windows": [window["complete"] for window in emitter.windows],
        "said": [line for line in said if not line.startswith("epoch ")],
    }


def main() -> None:
    """Try each; one line of JSON for each."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    tf.config.experimental.enable_op_determinism()
    for path in sys.argv[1:]:
        preset = load_preset(Path(path))
        told = {
            "in fit": trained(preset, by_fit, asked=True),
            "in steps": trained(preset, by_steps, asked=False),
            "in keras": trained(preset, by_keras, asked=False),
        }
        print("RESULT " + json.dumps({"name": Path(path).stem, **told}), flush=True)


if __name__ == "__main__":
    main()
