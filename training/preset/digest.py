"""A name for what a preset trains, the same wherever and however it was written."""

from __future__ import annotations

import hashlib

import msgspec

from training.preset.document import Preset

_FOR_PEOPLE = {"title": "-", "description": "", "stresses": ""}
"""What stands in the place of these keys."""


def preset_digest(preset: Preset) -> str:
    """SHA-256, in hex, of what determines the training: all but the keys that are for people."""
    # The origin is left out altogether: what was measured before there was one is kept under digests without it.
    told = {
        name: _FOR_PEOPLE.get(name, getattr(preset, name))
        for name in preset.__struct_fields__
        if name != "origin"
    }
    # Field by field this makes the same text as the preset encoded as a whole.
    content = {name: msgspec.Raw(msgspec.json.encode(told[name], order="deterministic")) for name in told}
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()
