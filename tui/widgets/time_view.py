"""Which part of a run's time the panels show, and the moment they are read at: one for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.widgets.axis import Axis, time_axis, window_axis

SPANS_S = (
    10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0,
    3600.0, 10_800.0, 21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
)  # fmt: skip
"""What a zoomed window spans."""
CURSOR_STEPS = 60
"""The cursor goes through what is shown in so many steps."""
SHORTEST_STEP_S = 0.5
"""As far as two device samples are apart."""


@dataclass(frozen=True, slots=True)
class TimeView:
    """The whole run where `span_s` is None; the newest part where `until_s` is."""

    span_s: float | None = None
    until_s: float | None = None
    cursor_s: float | None = None
    """The moment that every panel tells its figures of; None where these are of now."""

    @property
    def follows(self) -> bool:
        """Whether what is newest is in sight, and nothing else is read."""
        return self.until_s is None and self.cursor_s is None

    def axis(self, elapsed_s: float, ticks: int) -> Axis:
        """The axis of time of every panel.

        Args:
            elapsed_s: how long the run has gone on.
            ticks: about how many labels there is room for.
        """
        if self.span_s is None or self.span_s >= max(elapsed_s, SPANS_S[0]):
            return time_axis(elapsed_s, ticks)
        return window_axis(self.until_s if self.until_s is not None else elapsed_s, self.span_s, ticks)

    def shown_s(self, elapsed_s: float) -> float:
        """How much time is in sight."""
        return elapsed_s if self.span_s is None else min(self.span_s, elapsed_s)

    def zoomed(self, by: int, elapsed_s: float) -> TimeView:
        """Less time with `by` 1, more with -1; around the cursor where there is one. Unchanged at either end."""
        shown_s = self.shown_s(elapsed_s)
        if by > 0:
            shorter = [span_s for span_s in SPANS_S if span_s < shown_s]
            span_s = shorter[-1] if shorter else self.span_s
        else:
            span_s = next((span_s for span_s in SPANS_S if shown_s < span_s < elapsed_s), None)
        if span_s is None:
            return TimeView(cursor_s=self.cursor_s)
        return replace(self, span_s=span_s)._around_cursor(elapsed_s)

    def moved(self, by: int, elapsed_s: float) -> TimeView:
        """The cursor by so many steps; it appears at the newest moment, and the window goes with it."""
        at_s = elapsed_s if self.cursor_s is None else self.cursor_s
        step_s = max(self.shown_s(elapsed_s) / CURSOR_STEPS, SHORTEST_STEP_S)
        moved = replace(self, cursor_s=min(max(at_s + by * step_s, 0.0), elapsed_s))
        return moved._holding_cursor(elapsed_s)

    def followed(self) -> TimeView:
        """The newest part again, without a cursor."""
        return TimeView(self.span_s)

    def _around_cursor(self, elapsed_s: float) -> TimeView:
        if self.span_s is None or self.cursor_s is None:
            return self
        return self._until(self.cursor_s + self.span_s / 2, elapsed_s)

    def _holding_cursor(self, elapsed_s: float) -> TimeView:
        """The window where it is, unless the cursor has left it."""
        if self.span_s is None or self.cursor_s is None:
            return self
        until_s = elapsed_s if self.until_s is None else self.until_s
        if until_s - self.span_s <= self.cursor_s <= until_s:
            # what is looked at must not run away beneath the cursor
            return replace(self, until_s=until_s)
        behind = self.cursor_s > until_s
        return self._until(self.cursor_s + (0.0 if behind else self.span_s), elapsed_s)

    def _until(self, until_s: float, elapsed_s: float) -> TimeView:
        assert self.span_s is not None
        return replace(self, until_s=min(max(until_s, self.span_s), elapsed_s))
