"""Time one lane alone: the other stands still at a batch, the device is idle, and a window is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.plan import LANES, Lane
from training.record.contention_records import ProbeBegan, RateSpan, SoloSpan
from training.record.lane_records import Window
from training.supervisor.changes import Changes
from training.supervisor.hands import Hands
from training.supervisor.lane_pace import LanePace
from training.supervisor.probe_budget import ProbeBudget
from training.supervisor.span_watch import SpanWatch
from training.supervisor.window_length import WindowLength, window_length

STAND_WITHIN_S = 60.0
WINDOW_WITHIN_S = 60.0
"""How much longer than twice its length a window may take: one lane stands still all the while."""
CACHED_BATCH_BLOCK = 2
"""In this block, or in the first after it that can, each lane is timed on one batch at hand too, once."""
CACHED_BATCH_RUN_S = 300.0
"""A shorter run is not worth it."""


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
        if not self._may_go_on(timed, paused) or not self._hands.hold(paused, "probe"):
            return
        length = self.length(timed)
        self._watch.begin()
        self._write(
            ProbeBegan(
                t=began_s, block=block, lane=timed, paused=paused, seconds=length.seconds, steps=length.steps
            )
        )
        try:
            window = await self._window(timed, paused, length)
            if window is not None and window.complete and self._is_due_on_cached_batch(timed):
                await self._time_cached_batch(timed, paused, length)
        finally:
            self._hands.let_go(paused, "probe")
        cost_s = self._changes.now() - began_s
        self._budget.stood_still_s += cost_s
        self._tell(block, timed, window, began_s, cost_s)
        await self._changes.until(lambda: self._goes_on(paused), self._changes.now() + STAND_WITHIN_S)

    def length(self, lane: Lane) -> WindowLength:
        """How long a window of the lane is to be."""
        expected_s = self._expected_s()
        return window_length(
            self._paces[lane], self._budget.window_s(expected_s), self._budget.aimed_s(expected_s)
        )

    async def _window(self, timed: Lane, paused: Lane, length: WindowLength) -> Window | None:
        """The window's record; None where it could not be had."""
        await self._changes.until(
            lambda: self._paces[paused].stands_still or not self._may_go_on(timed, paused),
            self._changes.now() + STAND_WITHIN_S,
        )
        if not self._paces[paused].stands_still or not self._may_go_on(timed, paused):
            return None
        window_id = self._hands.time_window(timed, length.seconds, length.steps, length.whole_epochs)
        return await self._told(window_id, timed, paused, length)

    async def _told(
        self, window_id: int | None, timed: Lane, paused: Lane, length: WindowLength
    ) -> Window | None:
        if window_id is None:
            return None
        pace = self._paces[timed]
        await self._changes.until(
            lambda: window_id in pace.windows or not self._may_go_on(timed, paused),
            self._changes.now() + WINDOW_WITHIN_S + 2 * length.stands_s,
        )
        return pace.windows.get(window_id)

    def _is_due_on_cached_batch(self, lane: Lane) -> bool:
        """Once in a run that goes on for some time; whoever only wants blocks and stops then wants nothing else."""
        probing, expected_s = self._budget.probing, self._expected_s()
        return (
            probing.enabled
            and not probing.then_stop
            and self._budget.blocks_begun >= CACHED_BATCH_BLOCK
            and not self._paces[lane].cached_batch_asked
            and (expected_s is None or expected_s > CACHED_BATCH_RUN_S)
        )

    async def _time_cached_batch(self, timed: Lane, paused: Lane, length: WindowLength) -> None:
        """Right after the window on its data, which a reader holds it against; what it finds is in the lane's file."""
        self._paces[timed].cached_batch_asked = True
        window_id = self._hands.time_cached_batch(timed, length.seconds, length.steps)
        await self._told(window_id, timed, paused, length)

    def _may_go_on(self, timed: Lane, paused: Lane) -> bool:
        """Whether both live and are heard, and nobody but the probe wants one of them to stand still."""
        return (
            self._hands.hears()
            and all(self._hands.lives(lane) for lane in LANES)
            and not self._hands.why_held(timed)
            and self._hands.why_held(paused) <= {"probe"}
        )

    def _goes_on(self, lane: Lane) -> bool:
        """Whether it trains again, or never will for us, or nobody would know."""
        held = self._hands.why_held(lane)
        is_lost_sight_of = not self._hands.lives(lane) or not self._hands.hears()
        return not self._paces[lane].stands_still or bool(held) or is_lost_sight_of

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
                span=RateSpan(
                    window.steps,
                    window.in_steps_s,
                    round(outside_s, 6),
                    window.epochs,
                    window.first_steps,
                    window.first_steps_s,
                ),
                cost_s=round(cost_s, 6),
                whole_epochs=window.whole_epochs,
                complete=window.complete,
                disturbed=self._watch.disturbances(window.t0, window.t1),
                sm_clock_mhz=self._watch.sm_clock_mhz(window.t0, window.t1),
            )
        )
