"""Images of soft spots under noise, to be shown again without the noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import NoisyImages
from training.worker.data.teacher import gaussian

_SPOTS = 3
"""Few enough numbers (place, width, brightness) that a short code can hold an image."""


def make(spec: NoisyImages, rng: np.random.Generator) -> tuple[Any, Any]:
    """Noisy images, and the same images clean, between 0 and 1."""
    grid = np.linspace(-1, 1, spec.size, dtype=np.float32)
    clean: Any = np.zeros((spec.samples, spec.size, spec.size, spec.channels), np.float32)
    for _ in range(_SPOTS):
        row, column = rng.uniform(-0.8, 0.8, size=(2, spec.samples, 1)).astype(np.float32)
        sharpness = rng.uniform(6, 30, size=(spec.samples, 1)).astype(np.float32)
        height = np.exp(-sharpness * (grid - row) ** 2)
        width = np.exp(-sharpness * (grid - column) ** 2)
        brightness = rng.uniform(0.4, 1, size=(spec.samples, 1, 1, spec.channels)).astype(np.float32)
        clean = np.maximum(clean, brightness * (height[:, :, None] * width[:, None, :])[..., None])
    return clean + np.float32(spec.noise) * gaussian(rng, *clean.shape), clean
