"""Find the file that an entry names, and name its content; nothing is imported for it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from training.preset.entry import Entry
from training.preset.file_there import is_file, is_folder


def code_file(entry: Entry) -> Path | None:
    """The file with the function in it; None where there is none, or only Python itself could find it.

    `importlib.util.find_spec` would import a module's parents, and with them somebody's code. So modules are looked for
    as files: in the preset's folder, then where this interpreter looks, which is the interpreter that will train.
    """
    if entry.file is not None:
        return entry.file if is_file(entry.file) else None
    folders = [Path(entry.folder), *(Path(one) for one in sys.path if one.startswith("/"))]
    return _module_file(entry.source.split("."), folders)


def code_digest(path: Path) -> str:
    """SHA-256, in hex, of a file's content.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    # Not blocking: a named pipe without a writer would hold the whole list of presets.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return hashlib.file_digest(file, "sha256").hexdigest()


def _module_file(parts: Sequence[str], folders: Sequence[Path]) -> Path | None:
    *packages, last = parts
    for name in packages:
        inside = [folder / name for folder in folders]
        regular = [folder for folder in inside if is_file(folder / "__init__.py")]
        # The first with an __init__.py is the package; where none has, all of them are it together.
        folders = regular[:1] or [folder for folder in inside if is_folder(folder)]
    candidates = (folder / name for folder in folders for name in (f"{last}/__init__.py", f"{last}.py"))
    return next((path for path in candidates if is_file(path)), None)
