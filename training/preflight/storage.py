"""Where runs are kept: room on the disk, permission to write, and a folder short enough for sockets."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from training.preflight.check import Check, gib
from training.record.run_home import runtime_home, state_home

LITTLE_BYTES = 2 << 30
TOO_LITTLE_BYTES = 256 << 20
"""Checkpoints of two lanes, two of each kept, need room; below this not even records and logs are safe."""

_SOCKET_PATH_BYTES = 107
"""The longest path of a Unix socket (unix(7)), without its final zero byte."""

_SOCKET_NAME_BYTES = 48
"""What a run's own name and ending take of it at most."""


def check_disk(folder: Path | None = None) -> Check:
    """Return whether the disk under `folder` (the state folder when None) has room for a run."""
    home = folder or state_home()
    try:
        free_bytes = shutil.disk_usage(_existing(home)).free
    except OSError as error:
        return Check("disk", "stop", f"{home}: {error}", "set DUALTRAIN_HOME to a folder that can be read")
    message = f"{gib(free_bytes)} free under {home}"
    if free_bytes < TOO_LITTLE_BYTES:
        return Check("disk", "stop", message, "make room, or set DUALTRAIN_HOME to another disk")
    if free_bytes < LITTLE_BYTES:
        return Check("disk", "warn", message, "checkpoints of large models may not fit")
    return Check("disk", "pass", message)


def check_writable(folder: Path | None = None) -> Check:
    """Return whether runs can be written under `folder` (the state folder when None); makes nothing."""
    home = folder or state_home()
    there = _existing(home)
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check("state folder", "pass", f"{home} can be written")
    what = f"{there} is not a folder" if not there.is_dir() else f"{there} cannot be written"
    return Check("state folder", "stop", f"{home}: {what}", "set DUALTRAIN_HOME to a folder of yours")


def try_state_folder(folder: Path | None = None) -> Check:
    """Return whether runs can be kept under `folder` (the state folder when None): tried, and nothing of it left.

    What permissions say is not enough: a read-only or a virtual file system takes nothing whatever they are.
    """
    home = folder or state_home()
    why = _why_nothing_can_be_kept(home)
    if why is None:
        return Check("state folder", "pass", f"{home} can be written")
    return Check("state folder", "stop", why, "set DUALTRAIN_HOME to a folder of yours that can be written")


def check_runtime_folder() -> Check:
    """Return whether the folder of sockets is private and its path short enough."""
    try:
        folder = runtime_home()
    except OSError as error:
        return Check(
            "runtime folder", "stop", str(error), "set XDG_RUNTIME_DIR or TMPDIR to a private folder"
        )
    length = len(os.fsencode(folder)) + 1 + _SOCKET_NAME_BYTES
    if length > _SOCKET_PATH_BYTES:
        return Check(
            "runtime folder",
            "stop",
            f"{folder} is too long for a Unix socket by {length - _SOCKET_PATH_BYTES} bytes",
            "set XDG_RUNTIME_DIR or TMPDIR to a shorter folder",
        )
    return Check("runtime folder", "pass", f"{folder} is private and short enough for sockets")


def _why_nothing_can_be_kept(home: Path) -> str | None:
    """What failed of making a folder and a file there; None where nothing did."""
    step = f"{home} cannot be made"
    try:
        with _made_for_now(home):
            step = f"no folder can be made in {home}"
            with tempfile.TemporaryDirectory(prefix="doctor-", dir=home) as trial:
                step = f"no file can be written in {home}"
                (Path(trial) / "trial").write_bytes(b"trial")
                step = f"what is made in {home} cannot be taken away again"
    except OSError as error:
        return f"{step}: {error.strerror or error}"
    return None


@contextmanager
def _made_for_now(folder: Path) -> Iterator[None]:
    """The folder with those above it; what was not there before goes again, unless somebody else has put a thing in it.

    Raises:
        OSError: it cannot be made, or is none.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield
    finally:
        for one in missing:
            with suppress(OSError):
                one.rmdir()


def _existing(folder: Path) -> Path:
    """Return the nearest folder above that exists: the one the rest would be made in."""
    for candidate in (folder, *folder.parents):
        if candidate.exists():
            return candidate
    return folder
