"""A model that a function of the user's own makes."""

from __future__ import annotations

from typing import Any

import keras

from training.preset import FitSpec, Preset
from training.preset.model import EntryModel
from training.worker.data.data_shape import DataShape
from training.worker.data.training_data import TrainingData
from training.worker.own_code import own_function

_COMPILED_WITH = ("loss", "optimizer", "learning_rate", "metrics")
"""The keys of `fit` that `compile` takes."""


def build(spec: EntryModel, shape: DataShape | None) -> keras.Model:  # noqa: ARG001 - it may ask its arguments
    """What the function returns, compiled or not.

    Raises:
        LaneFailureError: the function cannot be had, or returns something else.
        Exception: whatever it raises.
    """
    own = own_function(spec.entry)
    model = own.call(spec.arguments)
    if not isinstance(model, keras.Model):
        raise own.refusal(
            f"returned {_told(model)}, not a model of Keras {keras.__version__}", "Return a keras.Model."
        )
    return model


def is_compiled(model: Any, preset: Preset, spec: EntryModel) -> bool:
    """Whether the function has compiled it; then its own loss, optimizer and metrics hold.

    What the preset says of these would not: it is refused rather than passed over, as a training at another learning
    rate than the one that was set would look as if it had been measured.

    Raises:
        LaneFailureError: the preset says so all the same; or nobody says what the loss is.
    """
    own = own_function(spec.entry)
    if not model.compiled:
        if preset.fit.loss is None:
            raise own.refusal(
                "returned a model that is not compiled, and fit.loss is not set",
                "Set loss under [fit], or compile the model in the function.",
            )
        return False
    if not _has_loss(model):
        raise own.refusal("compiled the model without a loss", "Give compile() a loss.")
    passed_over = [
        f"fit.{key}" for key in _COMPILED_WITH if getattr(preset.fit, key) != getattr(FitSpec(), key)
    ]
    if preset.device.xla != "auto":
        passed_over.append("device.xla")
    if passed_over:
        raise own.refusal(
            f"returned a compiled model, which keeps what it was compiled with; set is {', '.join(passed_over)}",
            "Leave that out of the preset, or return the model uncompiled.",
        )
    return True


def see_it_built(model: Any, data: TrainingData) -> None:
    """Give a model that nobody has built its weights, from one batch, so that its size can be told before it trains.

    Raises:
        Exception: the model does not take the batch, or fails in another way.
    """
    if model.built:
        return
    try:
        model(data.first_inputs())
    except NotImplementedError:
        return  # it has a train_step of its own, and no call: its parts are built by the first step


def has_own_step(model: Any) -> bool:
    """Whether its train_step or compute_loss is the user's own, and with it what becomes of the labels."""
    kind = type(model)
    return kind.train_step is not keras.Model.train_step or kind.compute_loss is not keras.Model.compute_loss


def _has_loss(model: Any) -> bool:
    """A step of its own, or losses of its layers, need none that is given to `compile`."""
    return getattr(model, "loss", None) is not None or has_own_step(model) or bool(model.losses)


def _told(value: object) -> str:
    if value is None:
        return "None"
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    return f"a {module}{kind.__qualname__}"
