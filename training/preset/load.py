"""Read one preset file."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import structs

from training.preset.document import Preset
from training.preset.errors import Problem
from training.preset.make import make_preset
from training.preset.printable import printable
from training.preset.script_paths import placed
from training.preset.toml_file import read_toml


def load_preset(path: Path) -> Preset:
    """Read and check one preset file; a script's paths come out absolute.

    Raises:
        PresetError: it cannot be read, is not TOML, or says something a preset may not say.
    """
    made = make_preset(read_toml(path))
    if isinstance(made, Problem):
        raise made.error(printable(os.fspath(path), limit=500))
    if made.script is None:
        return made
    return structs.replace(made, script=placed(made.script, path.absolute().parent))
