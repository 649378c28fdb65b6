"""A name for what a preset trains, the same wherever and however it was written."""

from __future__ import annotations

import hashlib

import msgspec

from training.preset.document import Preset


def preset_digest(preset: Preset) -> str:
    """SHA-256, in hex, of what determines the training: all but title, description and stresses."""
    content = msgspec.structs.replace(preset, title="-", description="", stresses="")
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()
