"""A name for what a preset trains, the same wherever and however it was written."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from training.preset.document import Preset
from training.preset.entry import Entry
from training.preset.own_code import entries, with_entry
from training.preset.script import ScriptSpec
from training.preset.script_content import content_digest

_FOR_PEOPLE = {"title": "-", "description": "", "stresses": ""}
"""What stands in the place of these keys."""


def preset_digest(preset: Preset) -> str:
    """SHA-256, in hex, of what determines the training: all but the keys that are for people.

    Of code that it names the file's content counts, as it was when the preset was read, and not where the file is.
    Of a script the content of its file counts as it is now, and where it is, as it runs there; of the modules that it
    imports nothing.
    """
    for table, entry in entries(preset):
        preset = with_entry(preset, table, _without_place(entry))
    # The origin is left out altogether: what was measured before there was one is kept under digests without it.
    told: dict[str, Any] = {
        name: _FOR_PEOPLE.get(name, getattr(preset, name))
        for name in preset.__struct_fields__
        if name != "origin"
    }
    if preset.script is None:
        del told["script"]  # and before there were scripts
    else:
        told["script"] = msgspec.to_builtins(preset.script) | _of_script(preset.script)
    # Field by field this makes the same text as the preset encoded as a whole.
    content = {name: msgspec.Raw(msgspec.json.encode(told[name], order="deterministic")) for name in told}
    return hashlib.sha256(msgspec.json.encode(content)).hexdigest()


def _of_script(spec: ScriptSpec) -> dict[str, Any]:
    """The same file is the same whether it is named from the folder above or in full."""
    if spec.file is None:
        return {}
    return {"path": str(spec.file.absolute()), "content": content_digest(spec.file)}


def _without_place(entry: Entry) -> Entry:
    return Entry(entry.function if entry.code else entry.text, "", entry.code)
