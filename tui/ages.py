"""How long ago something was, in words, and when."""

from __future__ import annotations

from datetime import datetime

from tui.format import UNKNOWN

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def age_text(then: datetime | None, now: datetime) -> str:
    """In words that change the more seldom the older it is: just now, 5 min ago, 3 h ago, yesterday, 12 days ago."""
    if then is None:
        return UNKNOWN
    seconds = (now - then).total_seconds()
    if seconds < _MINUTE_S:
        return "just now"  # clocks differ: what lies ahead is no older
    if seconds < _HOUR_S:
        return f"{seconds // _MINUTE_S:.0f} min ago"
    if seconds < _DAY_S:
        return f"{seconds // _HOUR_S:.0f} h ago"
    days = (now.date() - then.astimezone(now.tzinfo).date()).days
    if days <= 1:
        return "yesterday"
    if days < 60:
        return f"{days} days ago"
    return f"{days // 30} months ago" if days < 730 else f"{days // 365} years ago"


def date_text(then: datetime | None, now: datetime) -> str:
    """Date and time of day as they are on this machine's clock: 2026-11-22 20:15."""
    return UNKNOWN if then is None else f"{then.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
