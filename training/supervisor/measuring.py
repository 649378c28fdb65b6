"""What a supervisor needs to measure contention: the lanes' paces, who holds them, the prober, what it adds up to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from training.analysis.contention_history import ContentionHistory
from training.plan import Lane, Plan
from training.record.contention_records import HeldFor
from training.record.device_records import Sample
from training.record.event_records import EventRecord, Note
from training.record.lane_records import LaneRecord, Released
from training.record.tagged import Record
from training.record.writer import RecordWriter
from training.supervisor.changes import Changes
from training.supervisor.holds import Holds
from training.supervisor.lane_pace import LanePace
from training.supervisor.machine_counters import MachineCounters, read_machine_counters
from training.supervisor.probe_budget import ProbeBudget
from training.supervisor.probing import Prober
from training.supervisor.span_watch import SpanWatch


class Samples(Protocol):
    """Where the device's newest samples are."""

    cores: float | None

    def between(self, since_s: float, until_s: float) -> Sequence[Sample]:
        """Those taken between two times of the run."""


class HeardWriter(RecordWriter):
    """Writes the run's events, and lets who measures hear each of them: what it says is what a reader will find."""

    heard_by: Callable[[EventRecord], None] | None = None

    def write(self, record: Record) -> None:
        """Append one record and pass it on."""
        super().write(record)
        if self.heard_by is not None:
            self.heard_by(record)  # type: ignore[arg-type]


class Measuring:
    """Measures one run for as long as it goes on."""

    def __init__(
        self,
        plan: Plan,
        events: HeardWriter,
        now: Callable[[], float],
        *,
        tell: Callable[..., bool],
        lives: Callable[[Lane], bool],
        samples: Callable[[], Samples | None],
        block_done: Callable[[], None],
        counters: Callable[[], MachineCounters] = read_machine_counters,
        hears: Callable[[], bool] = lambda: True,
    ) -> None:
        """What measuring asks of the run.

        `tell(lane, do, **details)` sends a worker a command; `block_done` is called when a block has all parts;
        `hears` says whether records arrive.
        """
        self.changes = Changes(now)
        self.paces: dict[Lane, LanePace] = {lane: LanePace() for lane in plan.lanes}
        self.history = ContentionHistory(plan)
        self.holds = Holds(tell, events, now)
        events.heard_by = self.history.take_event
        self._plan = plan
        self._events = events
        self._now = now
        self._tell = tell
        self._lives = lives
        self._samples = samples
        self._hears = hears
        self._window_id = 0
        self._released_s: float | None = None
        self.budget = ProbeBudget(plan.probing)
        self.prober = Prober(
            self,
            self.paces,
            self.budget,
            SpanWatch(self._between, kind=plan.device.kind, cores=self._cores, counters=counters),
            self.changes,
            write=events.write,
            expected_s=self.expected_s,
            stp=lambda: self.history.recent().stp,
            counted=lambda: self.history.counted,
            block_done=lambda _: block_done(),
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to measure, on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self.prober.run())
        self._task.add_done_callback(self._tell_failure)

    async def end(self) -> None:
        """Measure no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _tell_failure(self, task: asyncio.Task[None]) -> None:
        """A defect of measuring ends no training, and does not go untold."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            told = f"contention is measured no more, the training goes on: {type(error).__name__}: {error}"
            self._events.write(Note(t=self._now(), message=told))

    def take(self, lane: Lane, record: LaneRecord) -> None:
        """Take in one record of a lane's worker."""
        self.paces[lane].take(record)
        self.history.take_lane_record(lane, record)
        if isinstance(record, Released) and self._released_s is None:
            self._released_s = record.t

    def joined(self, lane: Lane) -> None:
        """A lane is new: the pair is another, and is measured from the beginning."""
        self.paces[lane] = LanePace()
        self.prober.measure_anew()

    def stands_still(self, lane: Lane, stands: bool) -> None:
        """Take that a lane stands still, or does not any more, where no worker of it can tell."""
        self.paces[lane].stands_still = stands
        self.changes.happened()

    def next_window_id(self) -> int:
        """A number that no window of this run had."""
        self._window_id += 1
        return self._window_id

    def expected_s(self) -> float | None:
        """How long the run will take from its release, as far as anybody can tell now."""
        if self._plan.limits.minutes is not None:
            return self._plan.limits.minutes * 60
        left_s = self.history.left_at_pace_s({lane: pace.whole_rate for lane, pace in self.paces.items()})
        if left_s is None or self._released_s is None:
            return None
        return self._now() - self._released_s + left_s

    # What the prober does to the lanes --------------------------------------------------------------------------

    def hold(self, lane: Lane, why: HeldFor) -> bool:
        """Have it stand still."""
        return self.holds.hold(lane, why)

    def let_go(self, lane: Lane, why: HeldFor) -> bool:
        """Let it train again."""
        return self.holds.let_go(lane, why)

    def why_held(self, lane: Lane) -> frozenset[HeldFor]:
        """What holds it now."""
        return self.holds.why(lane)

    def time_window(self, lane: Lane, seconds: float, steps: int, whole_epochs: bool) -> int | None:
        """Ask for a window; its id, None where the lane does not take it."""
        return self._ask_window(lane, seconds=seconds, steps=steps, whole_epochs=whole_epochs)

    def time_cached_batch(self, lane: Lane, seconds: float, steps: int) -> int | None:
        """Ask for a window on one batch that is at hand; its id, None where the lane does not take it."""
        return self._ask_window(lane, seconds=seconds, steps=steps, cached_batch=True)

    def _ask_window(self, lane: Lane, **details: float | bool) -> int | None:
        number = self.next_window_id()
        return number if self._tell(lane, "window", id=number, **details) else None

    def lives(self, lane: Lane) -> bool:
        """Whether it has a process that trains."""
        return self._lives(lane)

    def hears(self) -> bool:
        """Whether what lanes tell arrives: a full disk takes no record."""
        return self._hears()

    def _between(self, since_s: float, until_s: float) -> Sequence[Sample]:
        samples = self._samples()
        return [] if samples is None else samples.between(since_s, until_s)

    def _cores(self) -> float | None:
        samples = self._samples()
        return None if samples is None else samples.cores
