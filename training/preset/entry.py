"""A function of the user's own, as a preset names it: `my_models.py:build` or `package.module:build`."""

from __future__ import annotations

import keyword
import os
from pathlib import Path
from typing import Any

from msgspec import Struct

ENTRY = "(entry)"
"""The tag of a table that names a function. It stands in plans; a preset says `entry` and can never say this."""

ENTRY_FORMS = '"FILE.py:FUNCTION" (a path from the preset\'s folder) or "package.module:FUNCTION"'

Arguments = dict[str, Any]
"""What a function is called with: numbers, texts, truth values, lists and tables, as TOML has them; no dates."""

_MOST_CHARACTERS = 500


class Entry(Struct, frozen=True):
    """Where a function is. Nothing here imports or opens anything."""

    text: str
    """As the preset has it."""
    folder: str
    """Absolute: the folder of the preset's file, from which a path leads and where a module is looked for first."""
    code: str = ""
    """SHA-256, in hex, of the file's content when the preset was read; empty where no file was found."""

    @property
    def source(self) -> str:
        """The file or the module."""
        return self.text.rpartition(":")[0]

    @property
    def function(self) -> str:
        """The function's name."""
        return self.text.rpartition(":")[2]

    @property
    def file(self) -> Path | None:
        """The file it names, absolute, whether it is there or not; None where it names a module."""
        if not self.source.endswith(".py"):
            return None
        return Path(self.folder, os.path.expanduser(self.source))  # noqa: PTH111 - Path's raises where there is no home

    @property
    def around(self) -> Path:
        """The folder around a file whose path needs none to lead from."""
        return Path("/") if self.file is None else self.file.parent


def names_a_function(text: str) -> bool:
    """Whether a text is an entry: of one of `ENTRY_FORMS`, and one line that a terminal can show."""
    source, colon, function = text.rpartition(":")
    if not colon or len(text) > _MOST_CHARACTERS or not text.isprintable() or not is_name(function):
        return False
    if source.endswith(".py"):
        # A module is imported by its file's name, in which a dot would mean a package.
        stem = os.path.basename(source).removesuffix(".py")  # noqa: PTH119 - of a text, whatever the system's paths are
        return bool(stem) and "." not in stem
    return all(is_name(part) for part in source.split("."))


def is_name(text: str) -> bool:
    """Whether Python can call something so."""
    return text.isidentifier() and not keyword.iskeyword(text)
