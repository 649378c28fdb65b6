"""Wall times as records tell them: for people, never for measuring."""

from __future__ import annotations

from datetime import datetime


def wall_time(text: str) -> datetime | None:
    """A record's wall time, ISO 8601; one without an offset is this machine's. None where it is no time."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        return None


def now_here() -> datetime:
    """This moment, with the offset of this machine's clock."""
    return datetime.now().astimezone()
