"""The `[model]` or `[data]` table of a preset that names a function, as a person writes it and as it is kept.

A person writes `{entry = "my_models.py:build", width = 64}`; kept are an `EntryModel` or an `EntryData`, whose tag no
person sees.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from training.preset.document import Preset
from training.preset.entry import ENTRY, ENTRY_FORMS, Entry, is_name, names_a_function
from training.preset.errors import Problem, dotted, found

KEY = "entry"
TABLES = ("model", "data")
_DEEPEST = 16
ARGUMENT_FORMS = (
    f"numbers, texts, true or false, lists and tables, at most {_DEEPEST} deep, for the function's arguments"
)


def is_entry_table(value: object) -> bool:
    """Whether a table names a function, rightly or not."""
    return isinstance(value, Mapping) and KEY in value


def check_entry_table(table: Mapping[str, Any], key: str) -> Problem | None:
    """The first thing in the table that it may not say; `key` is the table's own."""
    text = table[KEY]
    if "name" in table:
        return Problem(
            dotted(key, "name"),
            f"{found(table['name'])} beside {key}.{KEY}",
            f"either {key}.name, of what is shipped, or {key}.{KEY}, a function of yours, none of whose arguments may "
            "be called name",
        )
    if not isinstance(text, str) or not names_a_function(text):
        return Problem(dotted(key, KEY), found(text), ENTRY_FORMS)
    for name, value in table.items():
        if not is_name(name):
            return Problem(dotted(key, name), "a key that no argument can be called", "names of arguments")
        problem = None if name == KEY else _check_argument(value, dotted(key, name), _DEEPEST)
        if problem:
            return problem
    return None


def as_kept(document: Mapping[str, Any], folder: Path | None) -> dict[str, Any] | Problem:
    """The document with its entry tables as they are kept.

    Args:
        document: as written, and checked.
        folder: of the preset's file; None where it is not known.
    """
    kept = dict(document)
    for name in TABLES:
        table = document.get(name)
        if not isinstance(table, Mapping) or KEY not in table:
            continue
        text = table[KEY]
        if folder is None and not text.startswith(("/", "~")):
            return Problem(
                dotted(name, KEY),
                found(text),
                "an absolute path: this preset named no code so far, and has no folder that another could lead from",
            )
        around = Entry(text, "").around if folder is None else folder.absolute()
        entry = {"text": text, "folder": str(around)}
        arguments = {key: value for key, value in table.items() if key != KEY}
        kept[name] = {"name": ENTRY, "entry": entry, "arguments": arguments}
    return kept


def as_written(preset: Preset) -> dict[str, Any]:
    """The preset as a document, with its entry tables as a person writes them."""
    document: dict[str, Any] = msgspec.to_builtins(preset)
    for name in TABLES:
        table = document[name]
        if table["name"] == ENTRY:
            document[name] = {KEY: table["entry"]["text"], **table["arguments"]}
    return document


def _check_argument(value: Any, key: str, deepest: int) -> Problem | None:
    match value:
        case _ if deepest < 1:
            return Problem(key, "lists or tables inside each other, deeper than that", ARGUMENT_FORMS)
        case bool() | str():
            return None
        case int() if -(2**63) <= value < 2**63:
            return None
        case float() if math.isfinite(value):
            return None
        case int() | float() | datetime.date() | datetime.time():
            return Problem(key, found(value), ARGUMENT_FORMS)
        case list() | tuple():
            problems = (
                _check_argument(one, f"{key}[{index}]", deepest - 1) for index, one in enumerate(value)
            )
        case dict():
            problems = (_check_argument(one, dotted(key, name), deepest - 1) for name, one in value.items())
        case _:
            return Problem(key, found(value), ARGUMENT_FORMS)
    return next(filter(None, problems), None)
