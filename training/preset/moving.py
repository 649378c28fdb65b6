"""A preset in another folder than its own: the code that it names stays where it is, and so does a script."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from training.preset.code_file import code_file
from training.preset.document import Preset
from training.preset.entry import Entry, names_a_function
from training.preset.errors import PresetError, quoted
from training.preset.own_code import entries, with_entry
from training.preset.script_paths import placed


def moved(preset: Preset, folder: Path) -> Preset:
    """The preset as a file in this folder has to say it.

    Raises:
        PresetError: it names code in a way that only its own folder gives a meaning.
    """
    if preset.script is not None:
        # With no path that is relative to where a person stood.
        preset = structs.replace(preset, script=placed(preset.script, preset.script.folder.absolute()))
    for table, entry in entries(preset):
        preset = with_entry(preset, table, _moved(entry, folder.absolute()))
    return preset


def _moved(entry: Entry, folder: Path) -> Entry:
    if Path(entry.folder) == folder:
        return entry
    path = code_file(entry)
    if entry.file is None and (path is None or Path(entry.folder) not in path.parents):
        return structs.replace(
            entry, folder=str(folder)
        )  # a module that is installed is found from everywhere
    text = f"{path or entry.file}:{entry.function}"
    if not names_a_function(text):
        raise PresetError(
            f"{quoted(entry.text)} can only be named from {entry.folder}: save the preset as a file there"
        )
    return structs.replace(entry, text=text, folder=str(folder))
