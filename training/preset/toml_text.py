"""A preset written out as TOML, every setting said: it trains the same whatever later defaults are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import tomlkit

from training.preset.document import TEXT_CHARACTERS, TITLE_CHARACTERS, Preset
from training.preset.printable import one_line
from training.preset.script_document import document_of

_TEXTS = {"title": TITLE_CHARACTERS, "description": TEXT_CHARACTERS, "stresses": TEXT_CHARACTERS}


def preset_text(preset: Preset, heading: Iterable[str] = ()) -> str:
    """The file's content.

    Args:
        preset: what it says.
        heading: sentences that stand above it, as comments.
    """
    document = tomlkit.document()
    for sentence in heading:
        document.add(tomlkit.comment(one_line(sentence)))
    for key, value in _without_what_is_not_set(document_of(preset)).items():
        # What a text lost on its way to a line, as escapes, may make it longer than a preset may say.
        told = _clipped(value, _TEXTS[key]) if key in _TEXTS else value
        if told != "":
            document.add(key, told)
    return tomlkit.dumps(document)


def toml_string(text: str) -> str:
    """The text in quotes, as TOML writes it."""
    return tomlkit.item(text).as_string()


def _without_what_is_not_set(table: Mapping[str, Any]) -> dict[str, Any]:
    """TOML has no word for it."""
    return {
        key: _without_what_is_not_set(value) if isinstance(value, Mapping) else value
        for key, value in table.items()
        if value is not None
    }


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
