"""What a preset begins with that is made from nothing: small, runnable anywhere, and worth changing."""

from __future__ import annotations

from training.preset.data import TabularBinary
from training.preset.document import FitSpec, Preset
from training.preset.model import Mlp


def starting_point(title: str, origin: str = "") -> Preset:
    """Dense layers on made-up numbers: seconds on a CPU, nothing to fetch."""
    return Preset(
        title=title,
        origin=origin,
        model=Mlp(hidden=(64, 64)),
        data=TabularBinary(samples=4000, features=20),
        fit=FitSpec(
            loss="binary_crossentropy",
            metrics=("accuracy",),
            epochs=20,
            batch_size=64,
            validation_split=0.2,
        ),
    )
