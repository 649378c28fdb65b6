"""When and for how long something held the device's clocks down: power, heat, hardware."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.analysis.state import ClockHold, EventLine
from training.record.device_records import EventReason

OVER_AFTER_S = 10.0
"""A reason that was not seen for so long is over: a power cap comes and goes with every batch."""
LONGEST_OVER_S = 320.0
"""A reason that keeps coming back is told ever more rarely, down to this."""
LONGEST_GAP_S = 5.0
"""Samples further apart say nothing of the time between them."""

_NORMAL: frozenset[EventReason] = frozenset({"power cap", "sync boost", "display clocks"})
"""Reasons that are no fault of the machine's: two trainings may well fill a card's power budget."""


@dataclass(slots=True)
class _Reason:
    over_after_s: float = OVER_AFTER_S
    total_s: float = 0.0
    began_t: float | None = None
    """None while it is over."""
    before_s: float = 0.0
    """`total_s` when it began."""
    seen_t: float = 0.0


class ClockHolds:
    """Folds the event reasons of the samples into spells, each told when it begins and when it ends."""

    def __init__(self) -> None:
        self._reasons: dict[EventReason, _Reason] = {}
        self._last_t: float | None = None

    def take(self, t: float, reasons: Sequence[EventReason] | None) -> list[EventLine]:
        """Take one sample's reasons, None where they are not known; what is worth a line of the event list."""
        gap_s = 0.0 if self._last_t is None else min(max(0.0, t - self._last_t), LONGEST_GAP_S)
        self._last_t = t
        if reasons is None:
            return []
        lines: list[EventLine] = []
        for name in reasons:
            reason = self._reasons.setdefault(name, _Reason())
            if reason.began_t is None:
                reason.began_t, reason.before_s = t, reason.total_s
                text = f"clocks are held down: {name}"
                lines.append(EventLine(t, text, None, "info" if name in _NORMAL else "warning"))
            else:
                reason.total_s += gap_s
            reason.seen_t = t
        for name, reason in self._reasons.items():
            if reason.began_t is not None and t - reason.seen_t >= reason.over_after_s:
                lines.append(EventLine(reason.seen_t, _told(name, reason)))
                reason.began_t = None
                reason.over_after_s = min(LONGEST_OVER_S, 2 * reason.over_after_s)
        return lines

    def holds(self) -> tuple[ClockHold, ...]:
        """Every reason that was ever seen, in order of coming."""
        now_t = self._last_t or 0.0
        return tuple(
            ClockHold(
                name, reason.began_t is not None and now_t - reason.seen_t < OVER_AFTER_S, reason.total_s
            )
            for name, reason in self._reasons.items()
        )

    def seconds(self) -> dict[EventReason, float]:
        """How long each reason held in all."""
        return {name: reason.total_s for name, reason in self._reasons.items()}


def _told(name: EventReason, reason: _Reason) -> str:
    assert reason.began_t is not None
    lasted_s = reason.seen_t - reason.began_t
    held_s = reason.total_s - reason.before_s
    on_and_off = f", on and off: {held_s:.0f} s of them" if held_s < 0.8 * lasted_s else ""
    return f"{name} is over after {lasted_s:.0f} s{on_and_off}"
