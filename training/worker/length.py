"""How long a lane trains: the preset's length, unless the plan's limits say otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.plan import Limits
from training.preset import FitSpec

UNBOUNDED_EPOCHS = 1_000_000_000
"""What `fit` is given where something else than their number ends the lane."""


@dataclass(frozen=True, slots=True)
class Length:
    """`epochs` for `fit`; `stop_at_step` and `train_for_s` are infinite where they do not bound the lane."""

    epochs: int
    stop_at_step: float
    train_for_s: float

    @property
    def planned_epochs(self) -> int | None:
        """Epochs that will be begun; None where only time tells, or steps of epochs whose length nobody knows."""
        return None if self.epochs == UNBOUNDED_EPOCHS else self.epochs

    def planned_steps(self, steps_per_epoch: int | None) -> int | None:
        """Steps that will be taken; None where only time tells, or epochs whose length nobody knows."""
        if math.isfinite(self.stop_at_step):
            return int(self.stop_at_step)
        if self.planned_epochs is None or steps_per_epoch is None:
            return None
        return self.epochs * steps_per_epoch


def lane_length(fit: FitSpec, limits: Limits, steps_per_epoch: int | None) -> Length:
    """The lane's length: a limit of the plan replaces the preset's own length and may go beyond it.

    Args:
        fit: the preset's own.
        limits: the plan's.
        steps_per_epoch: None where that shows only when an epoch is over.
    """
    train_for_s = math.inf if limits.minutes is None else limits.minutes * 60
    if limits.steps is not None or (
        limits.epochs is None and limits.minutes is None and fit.steps is not None
    ):
        steps = limits.steps or fit.steps or 1
        epochs = UNBOUNDED_EPOCHS if steps_per_epoch is None else math.ceil(steps / steps_per_epoch)
        return Length(epochs, steps, train_for_s)
    if limits.epochs is not None:
        return Length(limits.epochs, math.inf, train_for_s)
    if limits.minutes is not None:
        return Length(UNBOUNDED_EPOCHS, math.inf, train_for_s)
    return Length(fit.epochs, math.inf, train_for_s)
