"""Which losses and metrics can train and judge which kind of target, and how the labels are then written.

A pair that is not here fails inside Keras (shapes, label ranges), or runs and cannot learn (a log of negative
targets); a process test trains every pair that is here for a step.
"""

from __future__ import annotations

from typing import Literal

from training.preset.data import TargetKind

LabelKind = Literal["0/1", "real", "class number", "one-hot"]

_REAL_LOSSES = (
    "huber",
    "log_cosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mse",
)
_BINARY_LOSSES = (
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "hinge",
    "mae",
    "mean_absolute_error",
    "mean_squared_error",
    "mse",
    "squared_hinge",
)
_ONE_HOT_LOSSES = (
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "kl_divergence",
    "kld",
)

LOSSES_FOR: dict[TargetKind, tuple[str, ...]] = {
    "binary": _BINARY_LOSSES,
    "real": _REAL_LOSSES,
    "class": ("sparse_categorical_crossentropy", *_ONE_HOT_LOSSES),
    # Relative errors of a black pixel have no meaning.
    "image": tuple(name for name in _REAL_LOSSES if "percentage" not in name and name != "mape"),
    "mask": (
        "bce",
        "binary_crossentropy",
        "binary_focal_crossentropy",
        "dice",
        "mean_squared_error",
        "mse",
        "tversky",
    ),
    "next-token": ("sparse_categorical_crossentropy",),
}

_ERRORS = (
    "log_cosh_error",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mse",
    "root_mean_squared_error",
)
_COUNTS = ("false_negatives", "false_positives", "true_negatives", "true_positives")

METRICS_FOR: dict[LabelKind, tuple[str, ...]] = {
    "0/1": (
        "accuracy",
        "auc",
        "bce",
        "binary_accuracy",
        "binary_crossentropy",
        "binary_io_u",
        *_COUNTS,
        "hinge",
        "mae",
        "mean_absolute_error",
        "mean_squared_error",
        "mse",
        "precision",
        "recall",
        "squared_hinge",
    ),
    # Correlations are taken along the last axis: of a single output they are always 0 or not a number.
    "real": (*_ERRORS, "r2_score"),
    "class number": (
        "accuracy",
        "sparse_categorical_accuracy",
        "sparse_categorical_crossentropy",
        "sparse_top_k_categorical_accuracy",
    ),
    # No F scores: Keras gives one number per class, and a curve needs one in all.
    "one-hot": (
        "accuracy",
        "auc",
        "categorical_accuracy",
        "categorical_crossentropy",
        "categorical_hinge",
        "kl_divergence",
        "precision",
        "recall",
        "top_k_categorical_accuracy",
    ),
}

# One wants rows and columns, the others divide by the target, and a black pixel is 0.
_NOT_OF_IMAGES = frozenset({"r2_score", "mape", "mean_absolute_percentage_error"})
_PROBABILITIES = frozenset({"auc", "bce", "binary_crossentropy", "precision", "recall"})


def label_kind(target: TargetKind, loss: str | None) -> LabelKind:
    """How the labels of this target are written for this loss; None is that of a compiled model of the user's own."""
    if target in ("class", "next-token"):
        return "one-hot" if loss in _ONE_HOT_LOSSES else "class number"
    return "0/1" if target in ("binary", "mask") else "real"


def metrics_for(target: TargetKind, loss: str) -> tuple[str, ...]:
    """The metrics that can be taken of this target under this loss."""
    names = METRICS_FOR[label_kind(target, loss)]
    if target == "image":
        return tuple(name for name in names if name not in _NOT_OF_IMAGES)
    if loss in ("hinge", "squared_hinge"):
        # The head then answers between -1 and 1, which these read as a probability and refuse.
        return tuple(name for name in names if name not in _PROBABILITIES and name not in _COUNTS)
    return names
