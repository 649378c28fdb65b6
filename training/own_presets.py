"""Presets of the user's own: begun anew, made from another, or saved from the pick screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from training import __version__
from training.preset import Preset, PresetError
from training.preset.entry import ENTRY_FORMS, Entry, names_a_function
from training.preset.errors import Problem, quoted
from training.preset.model import EntryModel
from training.preset.own_code import with_code
from training.preset.printable import one_line
from training.preset.saving import save_preset
from training.preset.script_document import script_preset
from training.preset.script_reference import script_of_reference
from training.preset.starting_point import starting_point
from training.preset.toml_file import read_text
from training.preset_library import PresetEntry, resolve, user_folder

_ORIGIN_CHARACTERS = 300
_MADE_ANEW = f"presets new of dualtrain {__version__}"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new preset begins with; each way of beginning is one function that returns this."""

    preset: Preset
    """As it is to be, title and origin included."""
    like: str | None = None
    """The text of a preset's file whose comments and order are kept, where there is one."""


def from_nothing(name: str) -> Beginning:
    """A small runnable training."""
    return Beginning(starting_point(name, _MADE_ANEW))


def from_preset(name: str, reference: str) -> Beginning:
    """Another preset, its comments included.

    Raises:
        PresetError: there is no such preset, or it is bad.
    """
    entry = resolve(reference)
    assert entry.preset is not None
    like = None if entry.origin == "script" else read_text(entry.path)
    return Beginning(structs.replace(entry.preset, title=name, origin=origin_of(entry)), like)


def from_script(name: str, reference: str) -> Beginning:
    """A script of the user's own with its arguments, named as on the command line; it runs in the directory of now.

    Raises:
        PresetError: it names no script that is there.
    """
    script = script_of_reference(reference)
    if script is None:
        raise PresetError(
            f"--script {quoted(reference)}: allowed: a file ending in .py, with its arguments behind it, "
            "or exec: and a program"
        )
    return Beginning(structs.replace(script_preset(script, name), origin=_MADE_ANEW))


def from_model(name: str, text: str) -> Beginning:
    """A function of the user's own that makes the model, `FILE.py:FUNCTION`, and data to change beside it.

    The function is not called, nor is its file imported.

    Raises:
        PresetError: it names no function, or its file is not there.
    """
    if not names_a_function(text):
        raise PresetError(f"--model {quoted(text)}: allowed: {ENTRY_FORMS}")
    model = EntryModel(entry=Entry(text, str(Path.cwd())))
    preset = with_code(structs.replace(starting_point(name, _MADE_ANEW), model=model))
    if isinstance(preset, Problem):
        raise preset.error("--model")
    return Beginning(preset)


def make_own(name: str, beginning: Beginning, *, overwrite: bool = False) -> PresetEntry:
    """Write a new preset into the user's folder, and load it from there.

    Raises:
        PresetThereError: the user has one of that name.
        PresetError: no preset can have the name, or the disk does not take it.
    """
    save_preset(beginning.preset, user_folder(), name, like=beginning.like, overwrite=overwrite)
    return resolve(f"user:{name}")


def save_as_own(entry: PresetEntry, name: str, *, overwrite: bool = False) -> PresetEntry:
    """Save an entry among the user's own presets, with what is set beside its file; returns the new one.

    It says every setting: what was tuned trains the same whatever later defaults are.

    Raises:
        PresetThereError: the user has one of that name.
        PresetError: no preset can have the name, or the disk does not take it.
    """
    if entry.preset is None:
        raise PresetError(entry.error or f"{entry.path}: cannot be used")
    save_preset(
        structs.replace(entry.preset, origin=origin_of(entry)),
        user_folder(),
        name,
        like=_text_of(entry),
        is_complete=True,
        overwrite=overwrite,
    )
    return resolve(f"user:{name}")


def origin_of(entry: PresetEntry) -> str:
    """What a preset that is made from this entry says of it, in one line."""
    match entry.origin:
        case "shipped":
            made_from = f"shipped preset {entry.name} of dualtrain {__version__}"
        case "user" | "local":
            made_from = f"{entry.origin} preset {entry.name}"
        case "file":
            made_from = f"preset file {entry.path.name}"
        case "script":
            made_from = f"the command line {entry.named}"
    with_what = f" with {', '.join(entry.overrides)}" if entry.overrides else ""
    earlier = f", from {entry.preset.origin}" if entry.preset and entry.preset.origin else ""
    told = one_line(f"{made_from}{with_what}{earlier}")
    return told if len(told) <= _ORIGIN_CHARACTERS else f"{told[: _ORIGIN_CHARACTERS - 1]}…"


def _text_of(entry: PresetEntry) -> str | None:
    """What its file says now; None where it cannot be read any more, which loses the comments and nothing else.

    No preset file says what a script or program named by itself is.
    """
    if entry.origin == "script":
        return None
    try:
        return read_text(entry.path)
    except PresetError:
        return None
