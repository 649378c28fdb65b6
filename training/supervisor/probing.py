"""Measure contention while the run goes on: one lane pauses and the other is timed, then the reverse, then both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.plan import LANES, Lane
from training.record.contention_records import ProbeBegan, SharedSpan, SoloHow, SoloSpan
from training.supervisor.changes import Changes
from training.supervisor.hands import Hands
from training.supervisor.lane_pace import LanePace
from training.supervisor.probe_budget import ProbeBudget
from training.supervisor.solo_timing import SoloTiming
from training.supervisor.span_watch import SpanWatch

SETTLE_S = 0.5
"""Left out after lanes begin to train beside each other: queues that filled during a pause empty first."""
LONGEST_CHUNK_S = 60.0
SHORTEST_CHUNK_S = 5.0


class Prober:
    """Takes blocks as the budget allows, and tells of all undisturbed shared time.

    A block is a window of each lane alone, in alternating order, and the shared time after it; the shared time before
    the first block belongs to it too.
    """

    def __init__(
        self,
        hands: Hands,
        paces: Mapping[Lane, LanePace],
        budget: ProbeBudget,
        watch: SpanWatch,
        changes: Changes,
        *,
        write: Callable[[ProbeBegan | SoloSpan | SharedSpan], object],
        expected_s: Callable[[], float | None],
        stp: Callable[[], float | None],
        counted: Callable[[], int],
        block_done: Callable[[int], None],
    ) -> None:
        """What it asks of the run: `expected_s` its length from its release, `stp`, `counted` how many blocks count.

        `block_done` is told when a block has all its parts.
        """
        self._hands = hands
        self._paces = paces
        self._budget = budget
        self._watch = watch
        self._changes = changes
        self._write = write
        self._expected_s = expected_s
        self._stp = stp
        self._counted = counted
        self._counted_before = 0
        self._block_done = block_done
        self._solo = SoloTiming(hands, paces, budget, watch, changes, write=write, expected_s=expected_s)
        self._block = 1
        self._lacks_shared = False
        """Whether both windows of the block were taken, whatever came of them, and its shared time is still to come."""
        self._shared_s = 0.0
        """Shared time of this block."""
        self._trained_s = 0.0
        self._asked = False
        self.is_probing = False

    def ask(self) -> str | None:
        """Take a block as soon as it can be; a sentence where it cannot."""
        if self.is_probing:
            return "a probe is under way"
        if not self._hands.hears():
            return "a probe needs room on the disk of the run's folder: it is full"
        blind = [lane for lane in LANES if self._hands.lives(lane) and not self._paces[lane].passes_gates]
        if over := [lane for lane in LANES if self._is_over(lane)]:
            return f"a probe needs both lanes training: lane {' and '.join(over)} does not any more"
        if blind:
            return f"a probe needs the steps of both lanes, and lane {' and '.join(blind)} shows none that can be timed"
        if not all(self._hands.lives(lane) and self._paces[lane].released for lane in LANES):
            return "a probe needs both lanes training"
        if any("asked" in self._hands.why_held(lane) for lane in LANES):
            return "a probe needs both lanes training: resume the paused one first"
        if any("turn" in self._hands.why_held(lane) for lane in LANES):
            return "a probe needs both lanes training: now they take turns"
        self._asked = True
        self._changes.happened()
        return None

    def measure_anew(self) -> None:
        """What was measured so far says nothing of what comes: begin with the first blocks again."""
        self._block += 1
        self._lacks_shared = False
        self._shared_s = self._trained_s = 0.0
        self._budget.blocks_begun = self._budget.blocks_counted = 0
        self._counted_before = self._counted()

    async def run(self) -> None:
        """Measure for as long as the run goes on."""
        while True:
            await self._changes.until(lambda: self._both_train() or self._turn() is not None)
            if self._both_train():
                await self._share()
            else:
                await self._watch_turn()

    # Both train -------------------------------------------------------------------------------------------------

    async def _share(self) -> None:
        """One shared span after the other, until a lane stands still, has ended, or a block is due."""
        await self._changes.until(lambda: not self._both_train(), self._changes.now() + SETTLE_S)
        for lane in LANES:
            self._paces[lane].open_span(self._changes.now())
        while self._both_train():
            began_s = self._changes.now()
            for lane in LANES:
                self._paces[lane].next_span()
            self._watch.begin()
            await self._end_of_chunk(began_s + self._chunk_s())
            self._tell_shared(began_s)
            if self._both_train() and self._is_due():
                await self._take_block()
                return

    async def _end_of_chunk(self, ends_s: float) -> None:
        """A span in which a lane of slow steps has none would say nothing: it goes on until there is one."""

        def is_over() -> bool:
            if not self._both_train() or (self._asked and self._hands.hears()):
                return True
            return self._changes.now() >= ends_s and all(self._paces[lane].span().steps for lane in LANES)

        await self._changes.until(is_over)

    def _tell_shared(self, began_s: float) -> None:
        ended_s = self._changes.now()
        spans = {lane: self._paces[lane].span() for lane in LANES}
        if any(span.steps == 0 for span in spans.values()):
            return
        disturbed = self._watch.disturbances(began_s, ended_s)
        self._write(
            SharedSpan(
                t=ended_s,
                block=self._block,
                t0=began_s,
                t1=ended_s,
                spans=spans,
                disturbed=disturbed,
                sm_clock_mhz=self._watch.sm_clock_mhz(began_s, ended_s),
            )
        )
        self._trained_s += ended_s - began_s
        self._shared_s += ended_s - began_s
        self._tell_whole_block()

    def _tell_whole_block(self) -> None:
        """When a block has all its parts, and again where it counts only later, its first shared time being disturbed.

        The first block has its shared time before its windows.
        """
        counted = self._counted() - self._counted_before
        counts_late = (
            counted != self._budget.blocks_counted and not self._lacks_shared and not self.is_probing
        )
        self._budget.blocks_counted = counted
        is_whole = self._lacks_shared and self._shared_s >= self._fewest_shared_s()
        self._lacks_shared = self._lacks_shared and not is_whole
        if is_whole or counts_late:
            self._block_done(self._block)

    def _chunk_s(self) -> float:
        """Up to the next block while blocks follow each other, longer and longer after that."""
        missing_s = self._fewest_shared_s() - self._shared_s
        longer_s = min(max(self._trained_s / 20, SHORTEST_CHUNK_S), LONGEST_CHUNK_S)
        return missing_s if missing_s > 0 else min(longer_s, self._fewest_shared_s() * 4)

    def _fewest_shared_s(self) -> float:
        """Shared time that a block has at least: as long as both its windows."""
        return sum(self._solo.length(lane).lasts_s for lane in LANES)

    def _is_due(self) -> bool:
        if not self._hands.hears():
            return False
        if self._asked:
            return True
        if self._shared_s < self._fewest_shared_s():
            return False
        now_s, expected_s = self._changes.now(), self._expected_s()
        block_s = sum(self._solo.length(lane).stands_s for lane in LANES)
        return self._budget.allows_block(now_s, self._trained_s, expected_s, self._stp(), block_s)

    # A block ----------------------------------------------------------------------------------------------------

    async def _take_block(self) -> None:
        self._asked = False
        if self._budget.blocks_begun:
            self._block += 1
            self._shared_s = 0.0
        self._lacks_shared = False
        self._budget.blocks_begun += 1
        self.is_probing = True
        try:
            order: tuple[Lane, ...] = LANES if self._block % 2 else LANES[::-1]
            for timed in order:
                await self._solo.take(self._block, timed, "b" if timed == "a" else "a")
        finally:
            self.is_probing = False
            self._budget.last_ended_s = self._changes.now()
        self._lacks_shared = True
        self._tell_whole_block()

    # One has the device while the other waits for its turn, or has ended ----------------------------------------

    async def _watch_turn(self) -> None:
        """Tell the rate of a lane that trains alone, from time to time."""
        lane = self._turn()
        if lane is None:
            return
        began_s = self._changes.now() + SETTLE_S
        self._paces[lane].open_span(began_s)
        while self._turn() == lane:
            how = self._how_alone(lane)
            self._watch.begin()
            await self._changes.until(lambda: self._turn() != lane, began_s + LONGEST_CHUNK_S)
            self._tell_alone(lane, how, began_s)
            began_s = self._changes.now()
            self._paces[lane].next_span()

    def _tell_alone(self, lane: Lane, how: SoloHow, began_s: float) -> None:
        ended_s, span = self._changes.now(), self._paces[lane].span()
        if span.steps:
            self._write(
                SoloSpan(
                    t=ended_s,
                    block=self._block,
                    lane=lane,
                    t0=began_s,
                    t1=ended_s,
                    span=span,
                    how=how,
                    disturbed=self._watch.disturbances(began_s, ended_s),
                )
            )

    def _how_alone(self, lane: Lane) -> SoloHow:
        other: Lane = "b" if lane == "a" else "a"
        if other not in self._paces:
            return "before the join"
        has_ended = self._paces[other].released and not self._hands.lives(other)
        return "after the other ended" if has_ended else "turn"

    def _turn(self) -> Lane | None:
        """The lane that trains while the other waits for its turn, has ended, or has not joined yet."""
        training = [lane for lane in LANES if self._trains(lane)]
        if len(training) != 1:
            return None
        other: Lane = "b" if training[0] == "a" else "a"
        if other not in self._paces or not self._hands.lives(other):
            return training[0]
        waits = "turn" in self._hands.why_held(other) and self._paces[other].stands_still
        return training[0] if waits else None

    def _both_train(self) -> bool:
        return all(self._trains(lane) for lane in LANES)

    def _is_over(self, lane: Lane) -> bool:
        """Whether the lane trained, by its own word, and has ended or is about to."""
        pace = self._paces.get(lane)
        return pace is not None and (pace.released or not pace.passes_gates) and not self._hands.lives(lane)

    def _trains(self, lane: Lane) -> bool:
        pace = self._paces.get(lane)
        return (
            pace is not None
            and pace.released
            and pace.passes_gates
            and not pace.stands_still
            and not self._hands.why_held(lane)
            and self._hands.lives(lane)
        )
