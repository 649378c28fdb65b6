"""Who likes what: pairs of row numbers of two large tables, a few rows asked for again and again."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import IdPairs
from training.worker.data.teacher import gaussian

_SPREAD = 2_654_435_761
"""Knuth's multiplier: scatters the frequent rows over the whole table, as real ids are scattered."""


def make(spec: IdPairs, rng: np.random.Generator) -> tuple[Any, Any]:
    """Pairs (user, item) and labels, exactly 0.0 or 1.0, one column."""
    columns, scores = zip(
        *(_column(rows, spec.samples, rng) for rows in (spec.users, spec.items)), strict=True
    )
    score = scores[0] + scores[1] + 0.3 * gaussian(rng, spec.samples)
    return np.stack(columns, axis=1), (score > 0).astype(np.float32)[:, None]


def _column(rows: int, samples: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Row numbers, and for each the hidden leaning of its row."""
    rank = np.floor(rows ** rng.random(samples)).astype(np.int64) % rows
    return (rank * _SPREAD % rows).astype(np.int32), gaussian(rng, rows)[rank]
