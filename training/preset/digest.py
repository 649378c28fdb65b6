"""A name for what a preset trains, the same wherever and however it was written."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from training.preset.document import Preset
from training.preset.script import ScriptSpec

MOST_SCRIPT_BYTES = 16 << 20
"""So much of a script's file is read for its content to count."""


def preset_digest(preset: Preset) -> str:
    """SHA-256, in hex, of what determines the training: all but title, description and stresses.

    Of a script the content of its file is part of it, of the modules it imports nothing.
    """
    content = msgspec.structs.replace(preset, title="-", description="", stresses="")
    document: dict[str, Any] = msgspec.to_builtins(content)
    if preset.script is None:
        del document["script"]  # what a preset without one was called before there were scripts
    else:
        document["script"] |= _of_script(preset.script)
    return hashlib.sha256(msgspec.json.encode(document)).hexdigest()


def _of_script(spec: ScriptSpec) -> dict[str, Any]:
    """The same file is the same whether it is named from the folder above or in full."""
    own: dict[str, Any] = {"env": sorted(spec.env.items())}
    if spec.file is not None:
        own |= {"path": str(spec.file.absolute()), "content": _content_digest(spec.file)}
    return own


def _content_digest(path: Path) -> str:
    """Empty where it cannot be read: then there is nothing to launch either."""
    try:
        if not path.is_file():  # a pipe would never end
            return ""
        with path.open("rb") as file:
            return hashlib.sha256(file.read(MOST_SCRIPT_BYTES)).hexdigest()
    except (OSError, ValueError):
        return ""
