"""Descriptions that were made before, kept in the state directory."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import msgspec

from training.description.description import Description
from training.description.shipped import shipped_description
from training.preset import Preset, preset_digest
from training.record.run_home import state_home
from training.record.whole_file import write_whole


def kept_description(preset: Preset) -> Description | None:
    """What an earlier process made of the same preset with the same Keras, else what is shipped with a preset."""
    kept = description_of(preset_digest(preset))
    if kept is not None and kept.keras == importlib.metadata.version("keras"):
        return kept
    return shipped_description(preset)


def description_of(digest: str) -> Description | None:
    """The description that is kept of this content of a preset, whichever Keras it was made with."""
    try:
        return msgspec.json.decode(_kept_path(digest).read_bytes(), type=Description)
    except (OSError, ValueError, msgspec.DecodeError):  # a digest from a damaged file may be no file name
        return None


def keep_description(description: Description) -> None:
    """Keep it for whoever asks about the same content; a state directory that takes nothing loses it."""
    path = _kept_path(description.digest)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, msgspec.json.encode(description))
    except OSError:
        return  # it will be asked again


def _kept_path(digest: str) -> Path:
    return state_home() / "descriptions" / f"{digest}.json"
