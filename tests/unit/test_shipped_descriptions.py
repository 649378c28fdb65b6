"""Every shipped preset has its description with it; what changes nothing of a model needs no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.description import kept_description
from training.description.shipped import shipped_description
from training.preset import apply_overrides, load_preset, preset_digest
from training.preset_library import shipped_folder

PATHS = sorted(shipped_folder().glob("*.toml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_shipped_preset_is_described(path: Path) -> None:
    """`make descriptions` writes what is missing."""
    preset = load_preset(path)
    told = kept_description(preset)
    assert told is not None
    assert told.digest == preset_digest(preset)
    assert told.parameters > 0


@pytest.mark.parametrize(
    ("setting", "is_the_same"),
    [
        ("fit.seed=7", True),
        ("fit.epochs=3", True),
        ("fit.learning_rate=0.1", True),
        ("fit.metrics=[]", True),
        ("device.memory=512", True),
        ("device.xla=true", True),
        ("checkpoint.keep=5", True),
        ("fit.batch_size=64", False),
        ('fit.optimizer="sgd"', False),
        ("fit.validation_split=0.5", False),
        ('device.precision="mixed_float16"', False),
        ("model.hidden=[8]", False),
        ("data.samples=80", False),
    ],
)
def test_what_a_description_is_of(setting: str, is_the_same: bool) -> None:
    preset = apply_overrides(load_preset(shipped_folder() / "seed-binary.toml"), [setting])
    told = shipped_description(preset)
    assert (told is not None) == is_the_same
    assert told is None or told.digest == preset_digest(preset)
