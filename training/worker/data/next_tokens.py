"""Token streams with a grammar: a hidden table says, from the last two tokens, what mostly comes next."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import NextTokens

_LAWFUL = 0.85
"""How often the grammar is kept; the rest is chance, so the loss has a floor above zero."""

_OLDER_KINDS = 4
"""How finely the older of the two tokens matters: it takes attention, and stays learnable in minutes."""


def make(spec: NextTokens, rng: np.random.Generator) -> tuple[Any, Any]:
    """Tokens, and the same tokens one place on, both of shape (length,)."""
    grammar = rng.integers(spec.vocabulary, size=(spec.vocabulary, _OLDER_KINDS), dtype=np.int32)
    stream = rng.integers(spec.vocabulary, size=(spec.samples, spec.length + 1), dtype=np.int32)
    lawful = rng.random(stream.shape, dtype=np.float32) < _LAWFUL
    for place in range(2, spec.length + 1):
        following = grammar[stream[:, place - 1], stream[:, place - 2] % _OLDER_KINDS]
        stream[:, place] = np.where(lawful[:, place], following, stream[:, place])
    return stream[:, :-1].copy(), stream[:, 1:].copy()
