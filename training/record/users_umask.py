"""The umask that was ours to begin with: it is for what the user's own code writes, ours is for the user alone."""

from __future__ import annotations

import os

_PRIVATE = 0o077
_before: list[int] = []
"""What held before `write_privately`, once that was called."""


def write_privately() -> None:
    """From now on nobody else may read what this process writes; `users_umask` tells what held before."""
    before = os.umask(_PRIVATE)
    if not _before:
        _before.append(before)


def users_umask() -> int:
    """What to start code of the user's own with, as `umask` of `Popen`: -1, as it is, where nothing was changed."""
    return _before[0] if _before else -1
