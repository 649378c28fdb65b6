"""Bars of one style per part and a fixed range: cheap to paint, and 90 % never looks like 10 %."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.spans import Line, Span, Tone

Part = tuple[float, str, Tone]
"""How much, the sign it is filled with, its tone."""


def stacked_bar(parts: Sequence[Part], total: float, width: int, rest: Span = ("·", "faint")) -> Line:
    """Parts side by side against `total`, the rest filled with a faint sign. What is not zero shows."""
    if width <= 0 or total <= 0:
        return ()
    spans: list[Span] = []
    used = 0
    ends = 0.0
    for amount, sign, tone in parts:
        ends += max(0.0, amount)
        cells = round(min(1.0, ends / total) * width) - used
        if amount > 0:
            cells = max(1, cells)
        cells = max(0, min(cells, width - used))
        if cells:
            spans.append((sign * cells, tone))
            used += cells
    if used < width:
        spans.append((rest[0] * (width - used), rest[1]))
    return tuple(spans)


def share_bar(percent: float | None, width: int, sign: str, tone: Tone, rest: str = "·") -> Line:
    """A bar on the fixed range 0..100; empty where the share is not known."""
    return stacked_bar([(min(100.0, percent or 0.0), sign, tone)], 100.0, width, (rest, "faint"))


def progress_bar(done: float, width: int, done_sign: str, left_sign: str, tone: Tone) -> Line:
    """How far something is, 0..1; it is full only when it is done."""
    if width <= 0:
        return ()
    cells = min(width, int(min(1.0, max(0.0, done)) * width + 1e-9))
    spans: list[Span] = []
    if cells:
        spans.append((done_sign * cells, tone))
    if cells < width:
        spans.append((left_sign * (width - cells), "faint"))
    return tuple(spans)
