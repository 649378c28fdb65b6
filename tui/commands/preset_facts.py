"""What `presets list` and `presets show` say of a preset in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.preset_library import PresetEntry


def entry_facts(entry: PresetEntry) -> dict[str, Any]:
    """Where it was found, what it is called, and what is wrong with it; `origin` is the place of the file."""
    return {
        "name": entry.name,
        "reference": entry.reference,
        "origin": entry.origin,
        "path": str(entry.path),
        "title": entry.preset.title if entry.preset else None,
        "error": entry.error,
    }
