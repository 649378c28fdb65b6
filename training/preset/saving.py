"""Save a preset under a name, whole or not at all."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

from training.preset.commented import commented_text
from training.preset.document import Preset
from training.preset.errors import PresetError, Problem, quoted
from training.preset.make import make_preset
from training.preset.moving import moved
from training.preset.printable import printable
from training.preset.rewritten import rewritten

MOST_CHARACTERS = 60
_OTHER_SIGNS = "-_."


class PresetThereError(PresetError):
    """A preset of this name is there already; it is written over only where that is asked for."""


def name_refusal(name: str) -> str | None:
    """Why a preset cannot have this name, in one sentence; None where it can."""
    if not name:
        return "a preset needs a name"
    if len(name) > MOST_CHARACTERS:
        return f"a name has at most {MOST_CHARACTERS} characters, this one {len(name)}"
    strange = next((sign for sign in name if not sign.isalnum() and sign not in _OTHER_SIGNS), None)
    if strange is not None:
        return f"a name has letters, digits, - _ and . in it, not {quoted(strange)}"
    if name[0] in _OTHER_SIGNS:
        return f"a name begins with a letter or a digit, not with {quoted(name[0])}"
    if name.casefold().endswith(".toml"):
        return "leave .toml out of the name: the file gets it"
    return None


def save_preset(
    preset: Preset,
    folder: Path,
    name: str,
    *,
    like: str | None = None,
    is_complete: bool = False,
    overwrite: bool = False,
) -> Path:
    """Write the preset as `NAME.toml`; whoever reads the folder meanwhile finds a whole file or none.

    Code of the user's own stays where it is: a path that led from another folder is written in full.

    Args:
        preset: what is saved.
        folder: where to; it is made where it is missing.
        name: the file's, without its ending.
        like: the text of a preset whose comments and order are kept, where there is one.
        is_complete: whether it also says what holds anyhow, so that later defaults change nothing.
        overwrite: write over one of that name.

    Raises:
        PresetThereError: there is one of that name.
        PresetError: no preset can have the name, its code cannot be named from there, or the disk does not take it.
    """
    refused = name_refusal(name)
    if refused is not None:
        raise PresetError(f"preset name {quoted(name)}: {refused}")
    preset = moved(preset, folder)
    kept = None if like is None else rewritten(like, preset, is_complete=is_complete)
    text = commented_text(preset, is_complete=is_complete) if kept is None else kept
    path = folder / f"{name}.toml"
    _check(text, path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        half = _half(folder, text)
        try:
            is_put = _put(half, path, overwrite=overwrite)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise PresetError(f"{printable(str(path), limit=500)}: cannot be written ({why})") from error
    if not is_put:
        raise PresetThereError(f"preset name {quoted(name)}: there is one of that name already")
    return path


def _check(text: str, path: Path) -> None:
    """Nothing is written that could not be read again."""
    made = make_preset(tomllib.loads(text), path.parent)
    if isinstance(made, Problem):
        raise made.error(printable(str(path), limit=500))


def _half(folder: Path, text: str) -> Path:
    """The content in a file that is no preset yet: its name does not end as theirs do."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".half-")
    half = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        half.unlink(missing_ok=True)
        raise
    return half


def _put(half: Path, path: Path, *, overwrite: bool) -> bool:
    """Give the file its name; False where that has one already and keeps it."""
    if not overwrite:
        try:
            os.link(half, path)  # the one way that never writes over another, whoever writes at the same time
        except FileExistsError:
            return False
        except OSError:
            if os.path.lexists(path):  # a disk without hard links
                return False
        else:
            return True
    half.replace(path)
    return True
