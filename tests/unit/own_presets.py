"""Presets that name code of a person's own, in a folder of a test."""

from __future__ import annotations

from pathlib import Path

MODELS = DATA = "raise AssertionError('nobody may run this')\n"

BOTH = """\
title = "Mine"

[model]
entry = "my_models.py:build"
width = 64
rates = [0.1, 0.2]
bias = true
optimizer = {name = "adam", schedule = {warm_up = 10}}

[data]
entry = "my_data.py:load"

[fit]
loss = "mse"
epochs = 2
"""

OWN_MODEL = """\
title = "My model"
[model]
entry = "my_models.py:build"
[data]
name = "tabular-binary"
[fit]
loss = "binary_crossentropy"
"""


def own_preset(folder: Path, text: str = BOTH, name: str = "mine") -> Path:
    """A preset's file in a folder with the code that it names; importing that code is an error."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "my_models.py").write_text(MODELS)
    (folder / "my_data.py").write_text(DATA)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path
