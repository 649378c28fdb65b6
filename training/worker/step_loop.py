"""Keras's `fit` one batch at a time, so that one thread can train several models in turns.

Follows `TensorFlowTrainer.fit` and `evaluate` of Keras 3.15 step by step, over Keras's own train and test functions,
epoch iterators and callback list, with a stop before every batch; it takes of `fit` what a lane uses. It is held
to be equal to `fit` by tests/process/test_step_loop.py.
"""

from __future__ import annotations

from collections.abc import Generator
from enum import Enum, auto
from typing import Any

import keras
from keras.src.backend.tensorflow.trainer import TFEpochIterator
from keras.src.utils.python_utils import pythonify_logs

from training.worker.data.training_data import TrainingData
from training.worker.data.untuned import training_batches, validation_batches


class Ahead(Enum):
    """What comes next in a training that stands still."""

    FIRST_STEP = auto()
    """The first step of an epoch: its data is begun with it."""
    STEP = auto()
    VALIDATION_BATCH = auto()
    END = auto()
    """Every epoch is over, and `on_train_end` is still to come."""


def fit_in_steps(
    model: Any, data: TrainingData, epochs: int, callbacks: list[Any]
) -> Generator[Ahead, None, None]:
    """Train a compiled model as `fit` does, telling before every batch, and before the end, what comes next.

    The validation is gone through batch by batch as well. `model.history` holds the epochs' logs, as after `fit`.
    """
    model._assert_compile_called("fit")
    epochs = min(epochs, keras.config.max_epochs() or epochs)
    batches = _batches(model, training_batches(data), data.asked_steps)
    batches.reset()
    called = keras.callbacks.CallbackList(
        callbacks, add_history=True, verbose=0, epochs=epochs, steps=batches.num_batches, model=model
    )
    model.stop_training = False
    model.make_train_function()
    called.on_train_begin()
    validation = None
    epoch_logs: dict[str, Any] | None = None
    for epoch in range(epochs):
        model.reset_metrics()
        called.on_epoch_begin(epoch)
        logs = yield from _train_epoch(model, batches, called)
        epoch_logs = dict(model._get_metrics_result_or_logs(logs))
        if data.validation is not None:
            validation = validation or _batches(model, validation_batches(data), data.asked_validation_steps)
            found = yield from _validate(model, validation, called)
            epoch_logs |= {f"val_{name}": value for name, value in found.items()}
        called.on_epoch_end(epoch, epoch_logs)
        if model.stop_training:
            break
    if isinstance(model.optimizer, keras.optimizers.Optimizer):
        model.optimizer.finalize_variable_values(model.trainable_weights)
    yield Ahead.END
    called.on_train_end(logs=epoch_logs)


def _batches(model: Any, adapter: Any, steps_per_epoch: int | None) -> Any:
    return TFEpochIterator(
        x=adapter,
        steps_per_epoch=steps_per_epoch,
        distribute_strategy=model.distribute_strategy,
        steps_per_execution=model.steps_per_execution,
    )


def _train_epoch(model: Any, batches: Any, called: Any) -> Generator[Ahead, None, dict[str, Any]]:
    logs: dict[str, Any] = {}
    with batches.catch_stop_iteration():
        for begin_step, end_step, iterator in batches:
            yield Ahead.STEP if begin_step else Ahead.FIRST_STEP
            called.on_train_batch_begin(begin_step)
            logs = model.train_function(iterator)
            called.on_train_batch_end(end_step, logs)
            if model.stop_training:
                break
    return logs


def _validate(model: Any, batches: Any, called: Any) -> Generator[Ahead, None, dict[str, Any]]:
    batches.reset()
    model.make_test_function()
    model.stop_evaluating = False
    called.on_test_begin()
    logs: dict[str, Any] = {}
    model.reset_metrics()
    with batches.catch_stop_iteration():
        for begin_step, end_step, iterator in batches:
            yield Ahead.VALIDATION_BATCH
            called.on_test_batch_begin(begin_step)
            logs = model.test_function(iterator)
            called.on_test_batch_end(end_step, logs)
            if model.stop_evaluating:
                break
    found: dict[str, Any] = pythonify_logs(model._get_metrics_result_or_logs(logs))
    called.on_test_end(found)
    return found
