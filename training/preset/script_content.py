"""What stands in the files that a table [script] names, as SHA-256; nothing is run or imported for it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from training.preset.script import ScriptSpec

MOST_BYTES = 16 << 20
"""So much of a file is read for its content to count: a word of a program may name data of any size."""


def content_digest(path: Path) -> str:
    """SHA-256, in hex, of a file's content; empty where it cannot be read: then there is nothing to launch either."""
    try:
        # Not blocking: a named pipe without a writer would never end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return ""
            return hashlib.sha256(file.read(MOST_BYTES)).hexdigest()
    except (OSError, ValueError):
        return ""


def contents(spec: ScriptSpec) -> dict[str, str]:
    """The digests of all files that launching it names: the script, the program, the interpreter, words of `exec`."""
    return {str(path): digest for path in _named(spec) if (digest := content_digest(path))}


def _named(spec: ScriptSpec) -> Iterator[Path]:
    if spec.file is not None:
        yield spec.file
    if spec.python is not None and "/" in spec.python:
        yield spec.folder / spec.python
    if spec.exec is not None:
        # A program may be an interpreter, and the code one of its words. A name on PATH is the machine's own.
        program, *words = spec.exec
        yield from (spec.folder / word for word in ([program] if "/" in program else []) + words)
