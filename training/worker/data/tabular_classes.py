"""Numbers with a class: the direction, out of several hidden ones, that the sample points along most."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import TabularClasses
from training.worker.data.teacher import gaussian


def make(spec: TabularClasses, rng: np.random.Generator) -> tuple[Any, Any]:
    """Features and class numbers."""
    x = gaussian(rng, spec.samples, spec.features)
    directions = gaussian(rng, spec.features, spec.classes)
    return x, np.argmax(x @ directions, axis=1).astype(np.int32)
