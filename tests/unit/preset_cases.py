"""Presets to try files with: the shipped ones, and what may be set otherwise in them."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import strategies as st

from training.preset import Preset, load_preset
from training.preset.make import make_preset
from training.preset_library import shipped_folder

SHIPPED = [load_preset(path) for path in sorted(shipped_folder().glob("*.toml"))]
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(shipped_folder().glob("*.toml"))]
"""Of the same presets."""

FIT = st.fixed_dictionaries(
    {},
    optional={
        "batch_size": st.integers(1, 1_048_576),
        "epochs": st.integers(1, 1_000_000),
        "steps": st.none() | st.integers(1, 10**9),
        "learning_rate": st.floats(0, 100, exclude_min=True),
        "validation_split": st.floats(0, 0.9),
        "seed": st.integers(0, 2**31 - 1),
    },
)
DEVICE = st.fixed_dictionaries(
    {},
    optional={
        "memory": st.just("growth") | st.integers(64, 1_048_576),
        "precision": st.sampled_from(["float32", "mixed_float16", "mixed_bfloat16", "float64"]),
        "xla": st.booleans() | st.just("auto"),
    },
)


def made_of(one: Preset, *, fit: dict[str, Any], device: dict[str, Any], **top: Any) -> Preset | None:
    """The preset with these set; None where it cannot be so."""
    document = msgspec.to_builtins(one)
    document["fit"].update(fit)
    document["device"].update(device)
    made = make_preset({**document, **top})
    return made if isinstance(made, Preset) else None
