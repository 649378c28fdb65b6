"""Compiles the simulated library with the machine's compiler against NVIDIA's own header, once.

What is compiled is kept in a folder named by everything it was made from, so a second session finds it, and several
processes may compile at once: the last to finish finds the first one's work in place.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection
from functools import cache
from pathlib import Path

SONAME = "libnvidia-ml.so.1"
SOURCES = Path(__file__).parent / "library"
_FLAGS = ("-std=gnu11", "-O1", "-g", "-fPIC", "-shared", "-pthread", "-Wall", "-Wextra", "-Werror")
_TIMEOUT_S = 120


class NoLibraryError(Exception):
    """The simulated library cannot be had here; the message says what is missing."""


@cache
def function_names() -> tuple[str, ...]:
    """Return the functions the library exports, in the order it counts them."""
    return tuple(re.findall(r"\bX\((nvml\w+)\)", (SOURCES / "functions.h").read_text()))


@cache
def header_folder() -> Path:
    """Return the folder of NVIDIA's nvml.h. Raises NoLibraryError."""
    try:
        files = importlib.metadata.files("nvidia-nvml-dev") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "nvml.h":
            return Path(str(file.locate())).parent
    raise NoLibraryError("NVIDIA's header nvml.h is missing: pip install nvidia-nvml-dev")


@cache
def compiler() -> str:
    """Return a C compiler: the one CC names, else the system's. Raises NoLibraryError."""
    for name in (os.environ.get("CC"), "cc", "gcc", "clang"):
        found = shutil.which(name) if name else None
        if found:
            return found
    raise NoLibraryError("no C compiler is found: install gcc or clang")


def library_folder(omit: Collection[str] = (), *, flags: Collection[str] = ()) -> Path:
    """Return a folder with the library, for LD_LIBRARY_PATH.

    Args:
        omit: functions that an older driver lacks: they are not exported.
        flags: further flags for the compiler, as of a sanitizer.

    Raises:
        NoLibraryError: no compiler, or no header.
        ValueError: `omit` has a name the library never had.
    """
    return _library_folder(frozenset(omit), tuple(flags))


@cache
def _library_folder(omit: frozenset[str], flags: tuple[str, ...]) -> Path:
    unknown = omit - set(function_names())
    if unknown:
        raise ValueError(f"the simulated library has no {', '.join(sorted(unknown))}")
    sources = sorted(SOURCES.iterdir())
    header = header_folder() / "nvml.h"
    hidden = "".join(f"{name}; " for name in sorted(omit))
    # In a version script a name goes before a pattern: what is named local is not exported.
    script = f"{{ global: nvml*; local: {hidden}*; }};\n"
    told = hashlib.sha256("\0".join((compiler(), *_FLAGS, *flags, script)).encode())
    for file in (*sources, header):
        told.update(hashlib.sha256(file.read_bytes()).digest())
    place = _cache_folder() / told.hexdigest()[:32]
    if not (place / SONAME).exists():
        _compile(place, script, flags)
    return place


def _compile(place: Path, script: str, flags: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        made = Path(folder) / "made"
        made.mkdir()
        exports = Path(folder) / "exports.map"
        exports.write_text(script)
        command = [
            *(compiler(), *_FLAGS, *flags, f"-I{header_folder()}", str(SOURCES / "nvml.c")),
            *("-o", str(made / SONAME), f"-Wl,-soname,{SONAME}", f"-Wl,--version-script={exports}"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"the simulated library does not compile:\n{done.stderr}")
        try:
            made.rename(place)
        except OSError:
            if not (place / SONAME).exists():  # not another process's work either
                raise


def _cache_folder() -> Path:
    """Return the folder of what has been compiled, which nobody else can write to."""
    folder = Path(tempfile.gettempdir()) / f"simulated-nvml-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077 or folder.is_symlink():
        raise NoLibraryError(f"{folder} is not this user's alone")
    return folder
