"""A preset written out as TOML, every setting said: it trains the same whatever later defaults are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import SingleKey

from training.preset.document import PROSE, TEXT_CHARACTERS, TITLE_CHARACTERS, Preset
from training.preset.script_document import document_of


def preset_text(preset: Preset) -> str:
    """The content of a file that says this preset and nothing besides."""
    document = tomlkit.document()
    for key, value in written_values(preset).items():
        document.add(key, value)
    return tomlkit.dumps(document)


def written_values(preset: Preset) -> dict[str, Any]:
    """What a file says of the preset, by key and by table: all but what is not set, and empty texts."""
    values = _without_what_is_not_set(document_of(preset))
    for key in PROSE:
        # What a text lost on its way to a line, as escapes, may make it longer than a preset may say.
        told = _clipped(values[key], TITLE_CHARACTERS if key == "title" else TEXT_CHARACTERS)
        if told:
            values[key] = told
        else:
            del values[key]
    return values


def toml_key(name: str) -> str:
    """The key as TOML writes it: in quotes where it has other signs than a bare one may."""
    return SingleKey(name).as_string()


def toml_value(value: Any) -> str:
    """The value as TOML writes it in one line: a text in quotes, a list in brackets, a table in braces."""
    item = tomlkit.item(value)
    if isinstance(value, Mapping):
        item = tomlkit.inline_table()
        item.update(value)
    elif isinstance(value, list):
        item = tomlkit.array()  # a list of tables is none of `[[…]]`
        item.extend(value)
    text: str = item.as_string()
    return text


def _without_what_is_not_set(table: Mapping[str, Any]) -> dict[str, Any]:
    """TOML has no word for it."""
    return {key: _plain(value) for key, value in table.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _without_what_is_not_set(value)
    return list(value) if isinstance(value, tuple) else value


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
