"""Single keys of a preset set from the command line, as `fit.batch_size=64`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from training.preset.document import Preset
from training.preset.entry_table import KEY
from training.preset.errors import Problem, quoted
from training.preset.make import make_preset
from training.preset.own_code import folder_of_code, keeping_notes
from training.preset.printable import printable
from training.preset.script_document import document_of

_BARE_WORD = re.compile(r"[A-Za-z_][\w.:+-]*", re.ASCII)
_TAGS = tuple((table, key) for table in ("model", "data") for key in ("name", KEY))
"""The keys that say what a table is of."""


@dataclass(frozen=True, slots=True)
class _Override:
    text: str
    key: tuple[str, ...]
    value: Any

    @property
    def dotted(self) -> str:
        return ".".join(self.key)


def apply_overrides(preset: Preset, overrides: Sequence[str]) -> Preset:
    """The preset with keys set anew; a later override of the same key wins.

    Values are TOML values; a bare word is taken as a string. Setting `model.name` or `data.name` to another
    architecture or data set starts from that one's defaults: the old sizes mean nothing there. Where a table names a
    function of the user's own, its other keys are arguments; an entry leads from the folder of the preset's file.

    Raises:
        PresetError: an override cannot be read, or asks for what a preset may not say.
    """
    if not overrides:
        return preset
    parsed = [_parse(text) for text in overrides]
    made = _made(preset, parsed)
    if isinstance(made, Problem):
        raise made.error(_source(made.key, parsed))
    return made


def problem_with(preset: Preset, override: str) -> Problem | None:
    """What the preset may not say of what one override asks for; None where it may say it all.

    Raises:
        PresetError: the override cannot be read.
    """
    made = _made(preset, [_parse(override)])
    return made if isinstance(made, Problem) else None


def key_of(override: str) -> str:
    """The dotted key that an override sets."""
    return ".".join(part.strip() for part in override.partition("=")[0].split("."))


def _made(preset: Preset, parsed: Sequence[_Override]) -> Preset | Problem:
    # Names first, so that the sizes beside them are not thrown away with the old ones.
    ordered = sorted(parsed, key=lambda one: one.key not in _TAGS)
    document = document_of(preset)
    for override in ordered:
        _set(document, override)
    made = make_preset(document, folder_of_code(preset))
    return made if isinstance(made, Problem) else keeping_notes(preset, made)


def _parse(text: str) -> _Override:
    source = _named(text)
    key, equals, written = text.partition("=")
    parts = tuple(part.strip() for part in key.split("."))
    if not equals or not all(parts):
        raise Problem("", quoted(text), "KEY=VALUE with a dotted key, as fit.batch_size=64").error(source)
    return _Override(text, parts, _value(written.strip(), parts, source))


def _value(written: str, key: tuple[str, ...], source: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {written}")
    except (ValueError, RecursionError):
        parsed = {}
    if list(parsed) == ["value"]:
        return parsed["value"]
    if _BARE_WORD.fullmatch(written):
        return written
    allowed = "a TOML value or one bare word; a text with other signs stands in quotes, as '\"two words\"'"
    raise Problem(".".join(key), quoted(written), allowed).error(source)


def _set(document: dict[str, Any], override: _Override) -> None:
    table = document
    for depth, part in enumerate(override.key[:-1], start=1):
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            place = ".".join(override.key[:depth])
            allowed = f"{place}=VALUE: it is not a table"
            raise Problem(override.dotted, "a key inside a value", allowed).error(_named(override.text))
        table = inner
    last = override.key[-1]
    if override.key in _TAGS and _is_of_another_kind(table, last, override.value):
        table.clear()
    table[last] = override.value


def _is_of_another_kind(table: dict[str, Any], key: str, value: Any) -> bool:
    """Another function of the user's own may well take what the last one took."""
    return KEY not in table if key == KEY else table.get(key) != value


def _source(problem_key: str, overrides: Sequence[_Override]) -> str:
    """The override that is to blame, or all of them: alone the preset was sound."""
    stem = problem_key.partition("[")[0]
    for one in reversed(overrides):
        if stem == one.dotted or stem.startswith(f"{one.dotted}.") or one.dotted.startswith(f"{stem}."):
            return _named(one.text)
    return ", ".join(_named(one.text) for one in overrides[:3])


def _named(text: str) -> str:
    return f"override {printable(text, limit=80)}"
