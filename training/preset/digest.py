"""A name for what a preset trains, the same wherever and however it was written."""

from __future__ import annotations

import hashlib

import msgspec

from training.preset.document import Preset
from training.preset.entry import Entry
from training.preset.own_code import entries, with_entry


def preset_digest(preset: Preset) -> str:
    """SHA-256, in hex, of what determines the training: all but title, description and stresses.

    Of code that it names the file's content counts, as it was when the preset was read, and not where the file is.
    """
    content = msgspec.structs.replace(preset, title="-", description="", stresses="")
    for table, entry in entries(preset):
        content = with_entry(content, table, _without_place(entry))
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def _without_place(entry: Entry) -> Entry:
    return Entry(entry.function if entry.code else entry.text, "", entry.code)
