"""Whether a path leads to something: what lies in a folder that may not be entered is not missing, and said to be so.

`Path.is_file` raises there, but for what only is not there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path


def is_file(path: str | Path) -> bool:
    """Whether there is a file to be seen."""
    return stat.S_ISREG(_mode(path))


def is_folder(path: str | Path) -> bool:
    """Whether there is a folder to be seen."""
    return stat.S_ISDIR(_mode(path))


def why_not_there(path: str | Path, otherwise: str) -> str:
    """Why nothing is to be seen there, as the end of a sentence about it.

    Args:
        path: that led to nothing.
        otherwise: what is said where no permission is to blame.
    """
    folder = closed_folder(path)
    if folder is not None:
        return f"the folder {folder} may not be read (permission denied)"
    if is_file(path) and not os.access(path, os.R_OK):
        return "it may not be read (permission denied)"
    return otherwise


def closed_folder(path: str | Path) -> Path | None:
    """The folder on the way there that we may not enter; None where the way is open, or leads nowhere."""
    try:
        os.stat(path)  # noqa: PTH116 - of a text that may be no path at all
    except PermissionError:
        pass
    except (OSError, ValueError):
        return None
    else:
        return None
    around = Path(os.path.abspath(path)).parents  # noqa: PTH100 - a link may be what leads there
    return next((one for one in reversed(around) if not os.access(one, os.X_OK)), around[0])


def _mode(path: str | Path) -> int:
    try:
        return os.stat(path).st_mode  # noqa: PTH116 - of a text that may be no path at all
    except (OSError, ValueError):  # a name that is too long, or has signs that no name has
        return 0
