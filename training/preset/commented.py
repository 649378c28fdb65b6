"""A preset as a file that teaches: over each key what it is for, and as a comment what holds where it is not said."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from training.preset.document import Preset
from training.preset.keys import Key, tables_of
from training.preset.toml_text import toml_key, toml_value, written_values

HEADING = (
    "# A line such as `#seed = 1` says what holds as long as it is a comment: take the # away to change it."
)
_COLUMNS = 110


def commented_text(preset: Preset, *, is_complete: bool = False) -> str:
    """The content of a file that says the preset.

    Args:
        preset: what it says.
        is_complete: whether it also says what holds anyhow, and not as a comment.
    """
    said = written_values(preset)
    parts = [HEADING]
    for table in tables_of(preset):
        values = said.get(table.name, {}) if table.name else said
        header = [f"[{table.name}]"] if table.name else []
        parts.append("\n".join([*header, *lines_of(table.keys, values, is_complete=is_complete)]))
    return "\n\n".join(parts) + "\n"


def lines_of(keys: Iterable[Key], values: Mapping[str, Any], *, is_complete: bool) -> list[str]:
    """For each key what it is for, and the line that sets it."""
    lines: list[str] = []
    for key in keys:
        lines += _words(key)
        lines.append(key_line(key, values, is_complete=is_complete))
    return lines


def key_line(key: Key, values: Mapping[str, Any], *, is_complete: bool) -> str:
    """The line that sets a key; a comment where the values do not say otherwise than what holds anyhow.

    Args:
        key: which.
        values: what its table says.
        is_complete: whether what holds anyhow is set as well.
    """
    if key.name in values and (is_complete or values[key.name] != key.default):
        return f"{toml_key(key.name)} = {toml_value(values[key.name])}"
    return hint_start(key) + ("" if key.default is None else f" {toml_value(key.default)}")


def hint_start(key: Key) -> str:
    """How the line of a key begins that is a comment."""
    return f"#{toml_key(key.name)} ="


def _words(key: Key) -> list[str]:
    not_set = "" if key.is_required or key.default is not None else "; not set unless it is said"
    told = f"{key.words} ({key.allowed}{not_set})".strip()
    return textwrap.wrap(
        told,
        _COLUMNS,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
