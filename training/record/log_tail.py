"""The end of a log file, for an error record."""

from __future__ import annotations

from pathlib import Path


def log_tail(path: Path, lines: int = 12, within_bytes: int = 16_384) -> tuple[str, ...]:
    """The last lines of a log; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - within_bytes))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ()
    return tuple(line.rstrip()[:300] for line in text.splitlines()[-lines:])
