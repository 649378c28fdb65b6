"""Read one preset file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from training.preset.document import Preset
from training.preset.errors import PresetError


def load_preset(path: Path) -> Preset:
    """Read and check one preset file.

    Raises:
        PresetError: it cannot be read, is not TOML, or says something a preset may not say.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Preset)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PresetError(f"{path}: {error}") from error
