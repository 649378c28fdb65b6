"""Figures as short text: durations, bytes, rates, losses. What is not known is a dash, never a zero."""

from __future__ import annotations

import math

UNKNOWN = "–"

_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def clock(seconds: float | None) -> str:
    """A span as people read it: 0:42, 12:03, 1:02:03, 3d 04h."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}d {hours % 24:02}h"
    if hours:
        return f"{hours}:{minute:02}:{second:02}"
    return f"{minute}:{second:02}"


def span(seconds: float | None) -> str:
    """A span where tenths matter while it is short: 3.4 s, 12:03."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    return f"{seconds:.1f} s" if seconds < 60 else clock(seconds)


def age(seconds: float | None) -> str:
    """How old a sample is, in a width that stays: `0.4 s`, ` 12 s`."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 600:
        return f"{seconds:3.0f} s"
    return clock(seconds)


def size(count: float | None) -> str:
    """Bytes in binary units with three figures: 512 MiB, 1.25 GiB."""
    if count is None or not math.isfinite(count):
        return UNKNOWN
    scaled, unit = float(count), _BINARY_UNITS[0]
    for unit in _BINARY_UNITS:
        # 1000 and not 1024: four figures would not fit the cell
        if abs(scaled) < 999.5:
            break
        if unit != _BINARY_UNITS[-1]:
            scaled /= 1024
    return f"{_three_figures(scaled)} {unit}" if unit != "B" else f"{scaled:.0f} B"


def rate(per_s: float | None) -> str:
    """A rate with three figures, thousands apart: 12.3, 0.45, 1 234."""
    if per_s is None or not math.isfinite(per_s):
        return UNKNOWN
    return count(per_s) if abs(per_s) >= 999.5 else _three_figures(per_s)


def milliseconds(seconds: float | None) -> str:
    """Seconds as milliseconds with three figures."""
    return rate(None if seconds is None else seconds * 1000)


def count(number: float | None) -> str:
    """A whole number with thin thousands: 1 234 567."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    if abs(number) >= 1e12:
        return f"{number:.2e}"
    return f"{number:,.0f}".replace(",", " ")


def value(number: float | None) -> str:
    """A loss or metric in at most nine cells: four decimals where that says enough, else exponents."""
    if number is None:
        return UNKNOWN
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else ("inf" if number > 0 else "-inf")
    if number == 0:
        return "0.0000"
    if 0.001 <= abs(number) < 10:
        return f"{number:.4f}"
    if 10 <= abs(number) < 100_000:
        return f"{number:.{max(0, 4 - len(str(int(abs(number)))))}f}"
    return f"{number:.2e}"


def percent(number: float | None) -> str:
    """A percentage without decimals."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    return f"{number:.0f} %"


def joules(number: float | None) -> str:
    """Energy with three figures: 512 J, 12.3 kJ, 1.25 MJ."""
    if number is None or not math.isfinite(number):
        return UNKNOWN
    scaled, unit = number, "J"
    for unit in ("J", "kJ", "MJ", "GJ"):
        if abs(scaled) < 999.5:
            break
        if unit != "GJ":
            scaled /= 1000
    return f"{_three_figures(scaled)} {unit}"


def _three_figures(number: float) -> str:
    magnitude = abs(number)
    if magnitude >= 99.95:
        return f"{number:.0f}"
    if magnitude >= 9.995:
        return f"{number:.1f}"
    return f"{number:.2f}"
