"""Made-up texts; a topic's own words occur in them more often than others."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.preset.data import TopicTokens

_OWN_SHARE = 0.3
"""How much of a text is in its topic's own words: enough to tell, too little for a single word to do."""


def make(spec: TopicTokens, rng: np.random.Generator) -> tuple[Any, Any]:
    """Token numbers of shape (length,) and class numbers."""
    shape = (spec.samples, spec.length)
    labels = rng.integers(spec.classes, size=spec.samples, dtype=np.int32)
    # Words come in groups of one per topic; early groups are frequent, as words in a language are.
    groups = spec.vocabulary // spec.classes
    group = np.floor(groups ** rng.random(shape, dtype=np.float32)).astype(np.int32) % groups
    topic = np.where(rng.random(shape, dtype=np.float32) < _OWN_SHARE, labels[:, None], -1)
    anyone = rng.integers(spec.classes, size=shape, dtype=np.int32)
    return (group * spec.classes + np.where(topic < 0, anyone, topic)).astype(np.int32), labels
