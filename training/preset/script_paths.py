"""Where the paths of a table [script] lead."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import structs

from training.preset.script import ScriptSpec


def placed(spec: ScriptSpec, folder: Path) -> ScriptSpec:
    """The same with absolute paths; those that a preset says are relative to its folder.

    A name without a slash is left to PATH where a program or an interpreter is meant. Without a `cwd` of its own a
    script runs in its own folder, as a preset may lie anywhere, and a program in the preset's.
    """
    path = None if spec.path is None else _within(folder, spec.path)
    own = str(folder) if path is None else str(Path(path).parent)
    cwd = own if spec.cwd is None else _within(folder, spec.cwd)
    program = spec.exec
    if program is not None:
        program = (found_on_path_or_within(folder, program[0]), *program[1:])
    python = None if spec.python is None else found_on_path_or_within(folder, spec.python)
    return structs.replace(spec, path=path, cwd=cwd, exec=program, python=python)


def found_on_path_or_within(folder: Path, name: str) -> str:
    """A program's name as it is, or an absolute path where it is one."""
    return _within(folder, name) if "/" in name else name


def expanded(path: str) -> str:
    """The path with a home directory in place of its `~`, where it begins with one and there is that home."""
    if not path.startswith("~"):
        return path
    try:
        return str(Path(path).expanduser())
    except RuntimeError:
        return path


def _within(folder: Path, path: str) -> str:
    return os.path.normpath(folder.absolute() / expanded(path))
