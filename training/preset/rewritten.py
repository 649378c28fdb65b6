"""A preset said by the text of another's file: only what differs is changed, and its comments stay."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Comment, InlineTable, Table

from training.preset.commented import HEADING, hint_start, key_line, lines_of
from training.preset.document import Preset
from training.preset.errors import Problem
from training.preset.keys import Key, tables_of
from training.preset.make import make_preset
from training.preset.own_code import folder_of_code, without_notes
from training.preset.printable import one_line
from training.preset.toml_text import written_values

if TYPE_CHECKING:
    from tomlkit.container import Container
    from tomlkit.items import Item


def rewritten(text: str, preset: Preset, *, is_complete: bool = False) -> str | None:
    """The text, changed so that it says the preset; None where that cannot be done in this text.

    A key that it does not say is added under the others of its table, with what it is for: as a comment, or, where
    it is other than what holds anyhow, as a key.

    Args:
        text: of a preset's file.
        preset: what it is to say.
        is_complete: whether it also says what holds anyhow, and not as a comment.
    """
    try:
        folder = folder_of_code(preset) or Path("/")
        if isinstance(make_preset(tomllib.loads(text), folder), Problem):
            return None
        told = _rewritten(text if text.endswith("\n") else f"{text}\n", preset, is_complete=is_complete)
        made = make_preset(tomllib.loads(told), folder)
    except (TOMLKitError, ValueError, RecursionError):
        return None
    return told if made == without_notes(preset) else None


def _rewritten(text: str, preset: Preset, *, is_complete: bool) -> str:
    document = tomlkit.parse(text)
    _give_headers(document)
    said, added = written_values(preset), ""
    for table in tables_of(preset):
        values = said.get(table.name, {}) if table.name else said
        holder = _holder(document, table.name)
        if holder is None:
            lines = [f"[{table.name}]", *lines_of(table.keys, values, is_complete=is_complete)]
            added += "\n" + "\n".join(lines) + "\n"
            continue
        body = holder.value if isinstance(holder, Table) else holder
        _set_anew(body, table.keys, values, is_alone=bool(table.name))
        missing = _without_a_line(body, table.keys, values, is_complete=is_complete)
        if missing:
            lines = lines_of(missing, values, is_complete=is_complete)
            _put_under_last_key(holder, body, ["", *lines] if table.name else lines)
    heading = "" if HEADING in text else f"{HEADING}\n\n"
    return f"{heading}{tomlkit.dumps(document).rstrip()}\n{added}"


def _give_headers(document: tomlkit.TOMLDocument) -> None:
    """Turn `fit = {…}` and `fit.loss = …` into `[fit]`: only under a header is there room for comments."""
    for key, item in list(document.body):
        if key is not None and key in document and (isinstance(item, InlineTable) or key.is_dotted()):
            plain = document[key].unwrap()
            document.remove(key)
            document.add(key.key, tomlkit.item(plain))


def _holder(document: tomlkit.TOMLDocument, name: str) -> Container | Table | None:
    """The table of a name; the document itself holds the keys above the tables."""
    if not name:
        return document
    named = (item for key, item in document.body if key is not None and key.key == name)
    return next((item for item in named if isinstance(item, Table)), None)


def _set_anew(body: Container, keys: tuple[Key, ...], values: Mapping[str, Any], *, is_alone: bool) -> None:
    """Change what stands there and is to be otherwise; take out what is not to stand there.

    Args:
        body: of the table.
        keys: that the table may have.
        values: that it is to have.
        is_alone: whether nothing but these keys may stand there.
    """
    known = {key.name for key in keys}
    for name in list(body):
        if name in known and name in values:
            if not _is_same(body[name], values[name]):
                body[name] = values[name]
        elif name in known or is_alone:
            body.remove(name)


def _is_same(item: Any, value: Any) -> bool:
    said = item.unwrap() if hasattr(item, "unwrap") else item
    return bool((one_line(said) if isinstance(said, str) else said) == value)


def _without_a_line(
    body: Container, keys: tuple[Key, ...], values: Mapping[str, Any], *, is_complete: bool
) -> list[Key]:
    """The keys that the table neither says nor has as a comment; such a comment becomes a key where one is needed."""
    comments = [item for _, item in body.body if isinstance(item, Comment)]
    missing: list[Key] = []
    for key in keys:
        if key.name in body:
            continue
        hint = next((one for one in comments if one.trivia.comment.startswith(hint_start(key))), None)
        line = key_line(key, values, is_complete=is_complete)
        if hint is None:
            missing.append(key)
        elif not line.startswith("#"):
            hint.trivia.comment = line
    return missing


def _put_under_last_key(holder: Container | Table, body: Container, lines: list[str]) -> None:
    """Below the last key of the table, which is above the comments that belong to the next one."""
    last: Item | None = next(
        (item for key, item in reversed(body.body) if key is not None and not isinstance(item, AoT | Table)),
        holder if isinstance(holder, Table) else None,
    )
    assert last is not None, "a preset has a title"
    last.trivia.trail += "\n".join(lines) + "\n"
