"""The code of the user's own that a preset names: which, and in what state it was when the preset was read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import structs

from training.preset.code_file import code_digest, code_file
from training.preset.data import EntryData
from training.preset.document import Preset
from training.preset.entry import Entry
from training.preset.errors import Problem, quoted
from training.preset.file_there import why_not_there
from training.preset.model import EntryModel

NOT_COMPUTED = "not computed: names code of its own"
"""What is said where Keras would have to be asked about a preset whose code nobody has launched yet."""


def entries(preset: Preset) -> Iterator[tuple[str, Entry]]:
    """The functions of the user's own that a preset names, each with its table."""
    if isinstance(preset.model, EntryModel):
        yield "model", preset.model.entry
    if isinstance(preset.data, EntryData):
        yield "data", preset.data.entry


def names_code(preset: Preset) -> bool:
    """Whether launching the preset runs code of the user's own."""
    return any(entries(preset))


def folder_of_code(preset: Preset) -> Path | None:
    """The folder from which the preset's entries lead; None where it names no code."""
    return next((Path(entry.folder) for _, entry in entries(preset)), None)


def with_code(preset: Preset) -> Preset | Problem:
    """The preset with the present content of what it names noted down; a problem where a named file is not there."""
    for table, entry in entries(preset):
        noted = noted_down(entry)
        if noted.file is not None and not noted.code:
            return Problem(
                f"{table}.entry",
                f"{quoted(entry.text)}, whose file {noted.file} {_why(noted.file)}",
                "a path from the preset's folder to a Python file",
            )
        preset = with_entry(preset, table, noted)
    return preset


def _why(file: Path) -> str:
    why = why_not_there(file, "")
    return f"cannot be read: {why}" if why else "is not there or cannot be read"


def with_code_of_now(preset: Preset) -> Preset:
    """The same, with nothing noted of a file that is not there: whoever runs it says so."""
    for table, entry in entries(preset):
        preset = with_entry(preset, table, noted_down(entry))
    return preset


def without_notes(preset: Preset) -> Preset:
    """The same, with nothing noted of the code's content, as it is before anybody has looked there."""
    for table, entry in entries(preset):
        preset = with_entry(preset, table, structs.replace(entry, code=""))
    return preset


def noted_down(entry: Entry) -> Entry:
    """The entry with the present content of its file noted down; with none where there is no such file."""
    path = code_file(entry)
    try:
        code = "" if path is None else code_digest(path)
    except OSError:
        code = ""
    return structs.replace(entry, code=code)


def with_entry(preset: Preset, table: str, entry: Entry) -> Preset:
    """The preset with another entry in a table that has one."""
    spec = getattr(preset, table)
    return structs.replace(preset, **{table: structs.replace(spec, entry=entry)})


def keeping_notes(before: Preset, after: Preset) -> Preset | Problem:
    """`after` with what is noted down in `before` of the entries that are still the same; others are looked at now."""
    known = {entry.text: entry for _, entry in entries(before)}
    new = False
    for table, entry in entries(after):
        noted = known.get(entry.text)
        if noted is not None and noted.folder == entry.folder:
            after = with_entry(after, table, noted)
        else:
            new = True
    return with_code(after) if new else after
