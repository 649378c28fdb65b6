"""Time one lane alone: the other stands still at a batch, the device is idle, and a window is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.plan import LANES, Lane
from training.record.contention_records import ProbeBegan, RateSpan, SoloSpan
from training.record.lane_records import Window
from training.supervisor.changes import Changes
from training.supervisor.hands import Hands
from training.supervisor.lane_pace import LanePace
from training.supervisor.probe_budget import FEWEST_STEPS, ProbeBudget
from training.supervisor.span_watch import SpanWatch

STAND_WITHIN_S = 60.0
WINDOW_WITHIN_S = 120.0
SHORT_EPOCH_WINDOWS = 1.5
"""A lane whose epoch is no longer than so many windows is timed over whole epochs."""


class SoloTiming:
    """One window of one lane at a time, with what disturbed it."""

    def __init__(
        self,
        hands: Hands,
        paces: Mapping[Lane, LanePace],
        budget: ProbeBudget,
        watch: SpanWatch,
        changes: Changes,
        *,
        write: Callable[[ProbeBegan | SoloSpan], object],
        expected_s: Callable[[], float | None],
    ) -> None:
        self._hands = hands
        self._paces = paces
        self._budget = budget
        self._watch = watch
        self._changes = changes
        self._write = write
        self._expected_s = expected_s

    async def take(self, block: int, timed: Lane, paused: Lane) -> None:
        """Have one stand still, time the other, and tell of it."""
        began_s = self._changes.now()
        if not self._both_live() or not self._hands.hold(paused, "probe"):
            return
        seconds, steps, whole_epochs = self._window_of(timed)
        self._watch.begin()
        self._write(
            ProbeBegan(t=began_s, block=block, lane=timed, paused=paused, seconds=seconds, steps=steps)
        )
        try:
            window = await self._window(timed, paused, seconds, steps, whole_epochs)
        finally:
            self._hands.let_go(paused, "probe")
        cost_s = self._changes.now() - began_s
        self._budget.stood_still_s += cost_s
        self._tell(block, timed, window, began_s, cost_s)
        await self._changes.until(
            lambda: not self._paces[paused].stands_still or not self._hands.lives(paused),
            self._changes.now() + STAND_WITHIN_S,
        )

    async def _window(
        self, timed: Lane, paused: Lane, seconds: float, steps: int, whole_epochs: bool
    ) -> Window | None:
        """The window's record; None where it could not be had."""

        def broken() -> bool:
            return not self._both_live() or any("asked" in self._hands.why_held(lane) for lane in LANES)

        pace = self._paces[timed]
        stands = await self._changes.until(
            lambda: self._paces[paused].stands_still or broken(), self._changes.now() + STAND_WITHIN_S
        )
        if not stands or broken():
            return None
        window_id = self._hands.time_window(timed, seconds, steps, whole_epochs)
        if window_id is None:
            return None
        await self._changes.until(
            lambda: window_id in pace.windows or broken(), self._changes.now() + WINDOW_WITHIN_S + seconds
        )
        return pace.windows.get(window_id)

    def length_s(self, lane: Lane) -> float:
        """About how long a window of the lane will be."""
        rate, expected_s = self._paces[lane].recent_rate, self._expected_s()
        thirty_steps_s = FEWEST_STEPS / rate if rate else 0.0
        return max(self._budget.window_s(expected_s), min(thirty_steps_s, self._budget.aimed_s(expected_s)))

    def _window_of(self, lane: Lane) -> tuple[float, int, bool]:
        """Its least seconds and steps, and whether it is of whole epochs."""
        seconds = self._budget.window_s(self._expected_s())
        pace = self._paces[lane]
        steps = FEWEST_STEPS
        if pace.recent_rate is not None:
            aimed_s = self._budget.aimed_s(self._expected_s())
            steps = max(3, min(FEWEST_STEPS, int(aimed_s * pace.recent_rate)))
        short = pace.epoch_s is not None and pace.epoch_s <= SHORT_EPOCH_WINDOWS * max(seconds, 1.0)
        return seconds, steps, short

    def _tell(self, block: int, lane: Lane, window: Window | None, began_s: float, cost_s: float) -> None:
        now_s = self._changes.now()
        if window is None or window.steps == 0 or window.in_steps_s is None:
            self._write(
                SoloSpan(
                    t=now_s,
                    block=block,
                    lane=lane,
                    t0=began_s,
                    t1=now_s,
                    span=RateSpan(0, 0.0),
                    cost_s=round(cost_s, 6),
                    complete=False,
                )
            )
            return
        outside_s = max(0.0, window.t1 - window.t0 - window.in_steps_s)
        self._write(
            SoloSpan(
                t=now_s,
                block=block,
                lane=lane,
                t0=window.t0,
                t1=window.t1,
                span=RateSpan(window.steps, window.in_steps_s, round(outside_s, 6), window.epochs),
                cost_s=round(cost_s, 6),
                whole_epochs=window.whole_epochs,
                complete=window.complete,
                disturbed=self._watch.disturbances(window.t0, window.t1),
                sm_clock_mhz=self._watch.sm_clock_mhz(window.t0, window.t1),
            )
        )

    def _both_live(self) -> bool:
        return all(self._hands.lives(lane) for lane in LANES)
