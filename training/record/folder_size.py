"""How much a folder holds on the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

MOST_ENTRIES = 20_000
"""So many files and folders are looked at: a run has a few dozen, but anybody may put more into its folder."""


def folder_size_bytes(folder: Path, *, most_entries: int = MOST_ENTRIES) -> int:
    """The bytes of the files in a folder and below it; links are not followed, and what cannot be read counts nothing.

    Args:
        folder: where to look.
        most_entries: how many files and folders are looked at; of what has more it is the least that it holds.
    """
    total = 0
    waiting = [folder]
    left = most_entries
    while waiting and left > 0:
        for entry in _entries(waiting.pop()):
            left -= 1
            if left < 0:
                break
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # gone meanwhile
            if stat.S_ISDIR(found.st_mode):
                waiting.append(Path(entry.path))
            elif stat.S_ISREG(found.st_mode):
                total += found.st_size
    return total


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:
        return
