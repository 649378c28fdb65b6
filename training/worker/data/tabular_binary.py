"""Numbers with a 0/1 label: what a small hidden network answers, a few answers turned by noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import TabularBinary
from training.worker.data.teacher import answers, gaussian

_NOISE = 0.3
"""Of the teacher's spread: about one label in ten is turned, so the loss has a floor above zero."""


def make(spec: TabularBinary, rng: np.random.Generator) -> tuple[Any, Any]:
    """Features and labels, exactly 0.0 or 1.0, one column."""
    x = gaussian(rng, spec.samples, spec.features)
    score = answers(rng, x, outputs=1) + _NOISE * gaussian(rng, spec.samples, 1)
    return x, (score > 0).astype(np.float32)
