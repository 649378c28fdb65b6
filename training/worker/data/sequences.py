"""Noisy waves over several channels; the class is the frequency."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import Sequences
from training.worker.data.teacher import gaussian


def make(spec: Sequences, rng: np.random.Generator) -> tuple[Any, Any]:
    """Waves of shape (length, features) and class numbers."""
    labels = rng.integers(spec.classes, size=spec.samples, dtype=np.int32)
    time: Any = np.arange(spec.length, dtype=np.float32)
    # From one wave in the whole sequence up to one in every four steps, evenly in pitch.
    slowest, fastest = 1 / spec.length, 0.25
    frequencies = np.geomspace(slowest, fastest, spec.classes).astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, size=(spec.samples, 1, 1)).astype(np.float32)
    # Each channel lags the one before it, as microphones in a row do.
    lag = np.linspace(0, np.pi / 2, spec.features, dtype=np.float32)
    turn = 2 * np.pi * frequencies[labels][:, None] * time
    waves = np.sin(turn[:, :, None] + phase + lag).astype(np.float32)
    return waves + np.float32(spec.noise) * gaussian(rng, *waves.shape), labels
