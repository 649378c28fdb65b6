"""Read one preset file."""

from __future__ import annotations

import os
import re
from pathlib import Path

from msgspec import structs

from training.preset.document import Preset
from training.preset.errors import Problem
from training.preset.make import make_preset
from training.preset.own_code import with_code
from training.preset.printable import printable
from training.preset.script_paths import placed
from training.preset.toml_file import read_toml

_TABLE = re.compile(r"\s*\[\s*(\w+)\s*\]\s*(#.*)?$")
_ENTRY = re.compile(r"""\s*(?:"entry"|'entry'|entry)\s*=""")


def load_preset(path: Path) -> Preset:
    """Read and check one preset file; of code that it names the content is noted down, and nothing is imported.

    A script's paths come out absolute.

    Raises:
        PresetError: it cannot be read, is not TOML, says something a preset may not say, or names a file with code that
            is not there.
    """
    made = make_preset(read_toml(path), path.parent)
    if isinstance(made, Preset):
        made = with_code(made)
    if isinstance(made, Problem):
        source = printable(os.fspath(path), limit=500)
        line = _entry_line(path, made.key)
        raise made.error(f"{source}: line {line}" if line else source)
    if made.script is None:
        return made
    return structs.replace(made, script=placed(made.script, path.absolute().parent))


def _entry_line(path: Path, key: str) -> int | None:
    """Where the entry stands that a problem is with, counted from 1; None where that is not seen at a glance."""
    table, _, name = key.partition(".")
    if name != "entry":
        return None
    inside = ""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return None
    for number, line in enumerate(lines, start=1):
        begun = _TABLE.match(line)
        if begun:
            inside = begun[1]
        elif inside == table and _ENTRY.match(line):
            return number
    return None
