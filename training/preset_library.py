"""Where presets are found: shipped, the user's, the working directory's."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import platformdirs

from training.preset import Preset, PresetError, apply_overrides, load_preset
from training.preset.errors import listed, nearest, quoted
from training.preset.file_there import closed_folder, is_folder
from training.preset.printable import printable
from training.preset.script import ScriptSpec
from training.preset.script_document import script_preset
from training.preset.script_reference import reference_of, script_of_reference

Origin = Literal["shipped", "user", "local", "file", "script"]
"""Of what a "script" is there is no preset file: a script or a program was named itself."""
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PresetEntry:
    """One preset file that was found, good or bad; or a script or program that was named itself."""

    name: str
    """The file's name without its ending, of a script with it; harmless on a terminal."""
    origin: Origin
    path: Path
    preset: Preset | None
    error: str | None
    """One line on what is wrong with the file, where something is."""
    overrides: tuple[str, ...] = ()
    """What is set beside the file, as `--set` takes it; it is in `preset` already."""
    named: str = ""
    """How a script or program was named itself."""

    @property
    def reference(self) -> str:
        """What selects this entry on the command line: the bare name means the shipped one."""
        match self.origin:
            case "shipped":
                return self.name
            case "file":
                return printable(str(self.path))
            case "script":
                return printable(self.named)
            case _:
                return f"{self.origin}:{self.name}"


def shipped_folder() -> Path:
    """The bundled presets: inside the wheel, or at the repository root."""
    bundled = _HERE / "shipped_presets"
    return bundled if bundled.is_dir() else _HERE.parent / "presets"


def user_folder() -> Path:
    """The user's own presets; it need not exist."""
    return platformdirs.user_config_path("dualtrain") / "presets"


def preset_folders() -> tuple[tuple[Origin, Path], ...]:
    """Every folder that is searched, in order, each once: in a checkout `./presets` is the shipped one."""
    folders: tuple[tuple[Origin, Path], ...] = (
        ("shipped", shipped_folder()),
        ("user", user_folder()),
        ("local", Path("presets")),
    )
    seen: set[str] = set()
    found: list[tuple[Origin, Path]] = []
    for origin, folder in folders:
        real = os.path.realpath(folder)
        if real not in seen:
            seen.add(real)
            found.append((origin, folder))
    return tuple(found)


def list_presets() -> tuple[PresetEntry, ...]:
    """Every preset in reach, good and bad, by origin and then by name."""
    return tuple(_entry(path, origin) for path, origin in _files())


def resolve(reference: str) -> PresetEntry:
    """The good entry a reference means.

    A bare name means the shipped preset, else the only other of that name; `user:NAME` and `local:NAME` name
    one of several; what ends with `.toml` or holds a `/` is a path. A Python script with its arguments, and `exec:`
    with a program and its arguments, is an entry that no file describes.

    Raises:
        PresetError: there is none, there are several, or it is bad.
    """
    script = script_of_reference(reference)
    if script is not None:
        return script_entry(script)
    if reference.endswith(".toml") or "/" in reference:
        path = Path(reference).expanduser()
        return PresetEntry(printable(path.stem), "file", path, load_preset(path), None)
    files = list(_files())
    origin, colon, name = reference.partition(":")
    wanted = [
        (path, found_in)
        for path, found_in in files
        if path.stem == (name if colon else reference) and (not colon or found_in == origin)
    ]
    shipped = [one for one in wanted if one[1] == "shipped"]
    if len(wanted) > 1 and not shipped:
        named = listed(f"{found_in}:{path.stem}" for path, found_in in wanted)
        raise PresetError(f"preset {quoted(reference)}: found {len(wanted)} of that name; allowed: {named}")
    if not wanted:
        raise _unknown(reference, files)
    path, found_in = (shipped or wanted)[0]
    return PresetEntry(printable(path.stem), found_in, path, load_preset(path), None)


def script_entry(script: ScriptSpec) -> PresetEntry:
    """The entry of a script or program that was named itself."""
    first = script.command[0]
    name = printable(Path(first).name or first, limit=80)
    preset = script_preset(script, shlex.join(script.command))
    return PresetEntry(name, "script", script.file or Path(first), preset, None, named=reference_of(script))


def overridden(entry: PresetEntry, overrides: Sequence[str]) -> PresetEntry:
    """The entry with keys set beside its file.

    Raises:
        PresetError: the preset cannot be so, or is bad in itself.
    """
    if entry.preset is None:
        raise PresetError(entry.error or f"{entry.path}: cannot be used")
    return replace(entry, preset=apply_overrides(entry.preset, overrides), overrides=tuple(overrides))


def _unknown(reference: str, files: list[tuple[Path, Origin]]) -> PresetError:
    names = [path.stem if origin == "shipped" else f"{origin}:{path.stem}" for path, origin in files]
    close = nearest(reference, [*names, *(path.stem for path, _ in files)])
    hint = f", did you mean {printable(close)}?" if close else ""
    closed = " and ".join(dict.fromkeys(printable(str(folder)) for folder in _closed_folders()))
    told = f", and {closed} may not be read (permission denied)" if closed else ""
    return PresetError(
        f"preset {quoted(reference)}: found none of that name{hint}{told}; "
        f"allowed: {listed(names)}, a path ending in .toml, a script ending in .py, or exec: and a program"
    )


def _closed_folders() -> Iterator[Path]:
    """Folders of presets, or around them, that are there and not ours to read."""
    for _, folder in preset_folders():
        if is_folder(folder) and not os.access(folder, os.R_OK | os.X_OK):
            yield folder
        elif (around := closed_folder(folder)) is not None:
            yield around


def _files() -> Iterator[tuple[Path, Origin]]:
    for origin, folder in preset_folders():
        try:
            # Not glob: it would hide a folder that cannot be read, and take `.toml` itself for a preset.
            found = sorted(one for one in folder.iterdir() if one.suffix == ".toml")
        except OSError:
            # Missing, a file, or not ours to read: no presets from there.
            continue
        yield from ((path, origin) for path in found)


def _entry(path: Path, origin: Origin) -> PresetEntry:
    name = printable(path.stem, limit=80)
    try:
        return PresetEntry(name, origin, path, load_preset(path), None)
    except PresetError as error:
        return PresetEntry(name, origin, path, None, str(error))
