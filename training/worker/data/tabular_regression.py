"""Numbers with a real target: what a small hidden network answers, plus a little noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import TabularRegression
from training.worker.data.teacher import answers, gaussian

_NOISE = 0.1


def make(spec: TabularRegression, rng: np.random.Generator) -> tuple[Any, Any]:
    """Features and targets of spread one, one column."""
    x = gaussian(rng, spec.samples, spec.features)
    return x, answers(rng, x, outputs=1) + _NOISE * gaussian(rng, spec.samples, 1)
