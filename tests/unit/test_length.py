"""How long a lane trains: a limit of the plan replaces the preset's own length."""

from __future__ import annotations

import math

import pytest

from training.plan import Limits
from training.preset import FitSpec
from training.worker.length import UNBOUNDED_EPOCHS, lane_length


@pytest.mark.parametrize(
    ("limits", "fit", "epochs", "stop_at_step", "train_for_s", "planned_steps"),
    [
        (Limits(), FitSpec(loss="mse", epochs=4), 4, math.inf, math.inf, 100),
        (Limits(), FitSpec(loss="mse", epochs=4, steps=30), 2, 30, math.inf, 30),
        (Limits(steps=260), FitSpec(loss="mse", epochs=4), 11, 260, math.inf, 260),
        (Limits(steps=50), FitSpec(loss="mse", epochs=4), 2, 50, math.inf, 50),
        (Limits(epochs=9), FitSpec(loss="mse", epochs=4, steps=30), 9, math.inf, math.inf, 225),
        (Limits(minutes=0.5), FitSpec(loss="mse", steps=30), UNBOUNDED_EPOCHS, math.inf, 30.0, None),
        (Limits(steps=10, minutes=2), FitSpec(loss="mse"), 1, 10, 120.0, 10),
    ],
)
def test_length(
    limits: Limits,
    fit: FitSpec,
    epochs: int,
    stop_at_step: float,
    train_for_s: float,
    planned_steps: int | None,
) -> None:
    length = lane_length(fit, limits, steps_per_epoch=25)
    assert (length.epochs, length.stop_at_step, length.train_for_s) == (epochs, stop_at_step, train_for_s)
    assert length.planned_steps(25) == planned_steps
    assert length.planned_epochs == (None if epochs == UNBOUNDED_EPOCHS else epochs)


@pytest.mark.parametrize(
    ("limits", "fit", "epochs", "planned_epochs", "planned_steps"),
    [
        (Limits(), FitSpec(epochs=4), 4, 4, None),
        (Limits(), FitSpec(epochs=4, steps=30), UNBOUNDED_EPOCHS, None, 30),
        (Limits(steps=7), FitSpec(epochs=4), UNBOUNDED_EPOCHS, None, 7),
        (Limits(minutes=1), FitSpec(epochs=4), UNBOUNDED_EPOCHS, None, None),
    ],
)
def test_length_where_nobody_knows_how_many_steps_make_an_epoch(
    limits: Limits, fit: FitSpec, epochs: int, planned_epochs: int | None, planned_steps: int | None
) -> None:
    length = lane_length(fit, limits, steps_per_epoch=None)
    assert (length.epochs, length.planned_epochs) == (epochs, planned_epochs)
    assert length.planned_steps(None) == planned_steps
