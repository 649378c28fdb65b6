"""A script or a program as it is named on the command line: `./train.py --lr 0.1`, `exec:./a.out 3`."""

from __future__ import annotations

import shlex
from pathlib import Path

from training.preset.errors import PresetError, quoted
from training.preset.file_there import is_file, why_not_there
from training.preset.printable import printable
from training.preset.script import ScriptSpec
from training.preset.script_paths import expanded, found_on_path_or_within

EXEC = "exec:"
"""What a reference to any program begins with."""
_MAGIC_BYTES = 128


def script_of_reference(reference: str) -> ScriptSpec | None:
    """What a reference means in the working directory; None where it means no script and no program.

    Split into words as a shell would, and read by none. The first word of a script ends in `.py` and is a file, or has
    a slash in it and is a file whose first line names Python.

    Raises:
        PresetError: it can only be meant as a script or a program, and is none that could be run.
    """
    if reference.startswith(EXEC):
        return _program(reference)
    words = _words(reference)
    if not words or words[0].endswith(".toml"):
        return None
    path = expanded(words[0])
    if words[0].endswith(".py"):
        if not is_file(path):
            raise PresetError(
                f"script {quoted(words[0])}: {printable(why_not_there(path, 'there is no such file'))}"
            )
    elif "/" not in words[0] or not _is_script(words[0], path):
        return None
    return ScriptSpec(path=path, args=tuple(words[1:]), cwd=_working_directory())


def reference_of(spec: ScriptSpec) -> str:
    """What names the same script or program again."""
    return (EXEC if spec.exec is not None else "") + shlex.join(spec.command)


def _program(reference: str) -> ScriptSpec:
    words = _words(reference.removeprefix(EXEC), must_be=True)
    if not words or not words[0]:
        raise PresetError(f"{quoted(reference)}: name a program, as in {EXEC}./a.out")
    folder = _working_directory()
    program = found_on_path_or_within(Path(folder), words[0])
    return ScriptSpec(exec=(program, *words[1:]), cwd=folder)


def _words(text: str, *, must_be: bool = False) -> list[str]:
    if text.endswith(".py") and is_file(text):
        return [text]  # whatever signs its name has
    try:
        return shlex.split(text)
    except ValueError as error:
        if must_be or ".py" in text:
            raise PresetError(f"{quoted(text)}: cannot be split into words: {error}") from None
        return []


def _is_script(name: str, path: str) -> bool:
    """Whether a file without the ending is one; of what else can be run it is said how."""
    try:
        if not is_file(path):
            return False
        with Path(path).open("rb") as file:
            head = file.read(_MAGIC_BYTES)
    except OSError:
        return False  # whoever reads it as a preset says why it cannot be read
    first_line = head.partition(b"\n")[0]
    if first_line.startswith(b"#!") and b"python" in first_line:
        return True
    if first_line.startswith((b"#!", b"\x7fELF")):
        raise PresetError(f"{quoted(name)} is no Python script; any program is run as {quoted(EXEC + name)}")
    return False


def _working_directory() -> str:
    try:
        return str(Path.cwd())
    except OSError as error:
        raise PresetError(
            f"the working directory is gone: {(error.strerror or str(error)).lower()}"
        ) from None
