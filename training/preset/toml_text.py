"""A preset written out as TOML, every setting said: it trains the same whatever later defaults are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from training.preset.document import TEXT_CHARACTERS, TITLE_CHARACTERS, Preset
from training.preset.printable import one_line

_TEXTS = {"title": TITLE_CHARACTERS, "description": TEXT_CHARACTERS, "stresses": TEXT_CHARACTERS}


def preset_text(preset: Preset, heading: Iterable[str] = ()) -> str:
    """The file's content.

    Args:
        preset: what it says.
        heading: sentences that stand above it, as comments.
    """
    document = msgspec.to_builtins(preset)
    lines = [f"# {one_line(sentence)}" for sentence in heading]
    # What a text lost on its way to a line, as escapes, may make it longer than a preset may say.
    for key, most in _TEXTS.items():
        if document[key]:
            lines.append(f"{key} = {toml_value(_clipped(document[key], most))}")
    for name, table in document.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{name}]", *_settings(table)]
    return "\n".join(lines) + "\n"


def _settings(table: Mapping[str, Any]) -> Iterable[str]:
    # TOML has no word for what is not set: it is left out.
    return (f"{key} = {toml_value(value)}" for key, value in table.items() if value is not None)


def toml_value(value: Any) -> str:
    """A truth value, number, text or list as TOML writes it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{"".join(map(_sign, value))}"'
        case list() | tuple():
            return f"[{', '.join(map(toml_value, value))}]"
        case _:
            return repr(value)  # finite numbers are written alike


def _sign(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable():
        return sign
    return f"\\u{ord(sign):04X}" if ord(sign) <= 0xFFFF else f"\\U{ord(sign):08X}"


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
