"""Write a file whole or not at all, so that whoever reads it meanwhile, and a full disk, find what was there before."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put a file with this content, for its owner alone, in place of whatever is there.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    half = path.with_name(f"half-{os.getpid()}-{path.name}")
    try:
        half.touch(mode=0o600)
        half.write_bytes(content)
        half.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            half.unlink()
        raise
