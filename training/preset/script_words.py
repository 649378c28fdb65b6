"""A script's arguments, and its variables, as one line that is split as a shell would split it, and back."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from training.preset.errors import Problem, found, quoted

WORDS_KEYS = ("script.args", "script.exec", "script.env")
"""The keys that are typed so."""

_ALLOWED = "words as a shell splits them, those with spaces in quotes"
_VARIABLES = "NAME=VALUE for each, those with spaces in quotes"


def as_line(value: Sequence[str] | Mapping[str, str]) -> str:
    """What a person would type for it."""
    if isinstance(value, Mapping):
        return shlex.join([f"{name}={text}" for name, text in value.items()])
    return shlex.join(value)


def value_in(key: str, line: str) -> list[str] | dict[str, str] | Problem:
    """What a line says of a key: words, or variables with their values."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        told = f"{found(line)} ({str(error).lower()})"
        return Problem(key, told, _VARIABLES if key == "script.env" else _ALLOWED)
    if key != "script.env":
        return words
    wrong = next((word for word in words if not word.partition("=")[1]), None)
    if wrong is not None:
        return Problem(key, quoted(wrong), _VARIABLES)
    return {name: value for name, _, value in (word.partition("=") for word in words)}
