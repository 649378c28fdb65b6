"""Where runs, caches and sockets lie."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import platformdirs

APP_NAME = "dualtrain"


def state_home() -> Path:
    """The folder of everything that is kept: `DUALTRAIN_HOME`, else the user's state directory."""
    chosen = os.environ.get("DUALTRAIN_HOME")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_state_path(APP_NAME)


def runs_home() -> Path:
    """The folder of the run folders."""
    return state_home() / "runs"


def runtime_home() -> Path:
    """A short folder of this user's for sockets, made with mode 0700.

    Unix socket paths end at 107 bytes and may not lie on NFS, which is why run folders do not hold them.

    Raises:
        OSError: it cannot be made, or belongs to somebody else.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and Path(base).is_dir() and os.access(base, os.W_OK):
        folder = Path(base) / APP_NAME
    else:
        folder = Path(tempfile.gettempdir()) / f"{APP_NAME}-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} must be a folder of yours that only you can enter (chmod 700)")
    return folder
