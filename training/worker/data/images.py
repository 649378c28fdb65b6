"""Images with a class: a smooth hidden pattern per class, moved about and under noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import Images, SlowImages
from training.worker.data.teacher import gaussian

_COARSE = 4
"""Pixels of a pattern before it is blown up: coarse enough to survive noise and pooling."""


def make(spec: Images | SlowImages, rng: np.random.Generator) -> tuple[Any, Any]:
    """Images of spread about one and class numbers."""
    labels = rng.integers(spec.classes, size=spec.samples, dtype=np.int32)
    images = _moved(_patterns(spec, rng), labels, rng)
    images += np.float32(spec.noise) * gaussian(rng, *images.shape)
    return images, labels


def _patterns(spec: Images | SlowImages, rng: np.random.Generator) -> Any:
    coarse = gaussian(rng, spec.classes, _COARSE, _COARSE, spec.channels)
    blown_up: Any = np.arange(spec.size) * _COARSE // spec.size
    return coarse[:, blown_up][:, :, blown_up]


def _moved(patterns: Any, labels: Any, rng: np.random.Generator) -> Any:
    size = patterns.shape[1]
    # Up to an eighth in each direction, around the edges: enough that position alone does not give the class.
    shifts = rng.integers(-(size // 8), size // 8 + 1, size=(2, len(labels), 1))
    rows, columns = (np.arange(size) + shifts) % size
    return patterns[labels[:, None, None], rows[:, :, None], columns[:, None, :]]
