"""Images of discs on a noisy ground, with a 0/1 mask of where the discs are."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import Masks
from training.worker.data.teacher import gaussian

_DISCS = 3


def make(spec: Masks, rng: np.random.Generator) -> tuple[Any, Any]:
    """Images and masks, the masks exactly 0.0 or 1.0 in one channel."""
    grid = np.linspace(-1, 1, spec.size, dtype=np.float32)
    inside: Any = np.zeros((spec.samples, spec.size, spec.size), bool)
    for _ in range(_DISCS):
        row, column = rng.uniform(-0.8, 0.8, size=(2, spec.samples, 1)).astype(np.float32)
        radius = rng.uniform(0.1, 0.35, size=(spec.samples, 1, 1)).astype(np.float32)
        distance_squared = ((grid - row) ** 2)[:, :, None] + ((grid - column) ** 2)[:, None, :]
        inside |= distance_squared < radius**2
    masks: Any = inside.astype(np.float32)[..., None]
    # The ground rises from left to right, so that brightness alone does not tell disc from ground.
    ground = grid[None, None, :, None] * 0.5
    noise = np.float32(spec.noise) * gaussian(rng, spec.samples, spec.size, spec.size, spec.channels)
    return (masks + ground + noise).astype(np.float32), masks
