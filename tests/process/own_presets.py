"""Presets that name the functions of `tests/scripts/entries`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ENTRIES = Path(__file__).parents[1] / "scripts" / "entries"
WAVES = ENTRIES / "waves"


def preset_text(model: str, data: str, fit: str = "", **tables: str) -> str:
    """A preset of a model and data: each a function as `more_models.py:own_step`, or a table of what is shipped."""
    lines = ['title = "Of a person\'s own"']
    for name, what in (("model", model), ("data", data)):
        lines += [f"[{name}]", what if "=" in what else f"entry = {json.dumps(f'{ENTRIES}/{what}')}"]
    lines += ["[fit]", fit]
    for name, text in tables.items():
        lines += [f"[{name}]", text]
    return "\n".join(lines) + "\n"


def written(folder: Path, name: str, model: str, data: str, fit: str = "", **tables: str) -> Path:
    """The same as a file."""
    path = folder / f"{name}.toml"
    path.write_text(preset_text(model, data, fit, **tables), encoding="utf-8")
    return path


def place_in(file: str, text: str) -> str:
    """A place as a failure tells it: the file, and the line that begins with a text."""
    lines = (ENTRIES / file).read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if line.strip().startswith(text))
    return f"{Path(file).name}:{number}"


def told_by(module: str, *arguments: object) -> dict[str, dict[str, Any]]:
    """What a trial in a process of its own tells, by name."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *map(str, arguments)],
        env=os.environ | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=230,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    lines = [line[7:] for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return {one["name"]: one for one in map(json.loads, lines)}
