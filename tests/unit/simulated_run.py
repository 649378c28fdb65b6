"""A run of simulated lanes as its supervisor measures it: ticks, rings, holds, probes, shares; no real time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tests.unit.made_runs import plan
from tests.unit.simulated_lanes import LaneSpec, SharedDevice, SimulatedLane
from training.analysis.contention import Contention
from training.analysis.contention_history import ContentionHistory
from training.plan import LANES, Lane, Limits, Plan, Probing, Sharing
from training.record.contention_records import Held, HeldFor, LetGo, ProbeBegan, SharedSpan, SoloSpan
from training.record.device_records import Sample
from training.record.event_records import Joined, LaneEnded, Note
from training.record.lane_records import LaneRecord
from training.record.tagged import Record
from training.supervisor.lane_standing import HoldBack, LaneStanding, LetTrain
from training.supervisor.machine_counters import MachineCounters
from training.supervisor.measuring import HeardWriter, Measuring
from training.supervisor.sharing_choice import SharingChoice

TICK_S = 0.5
MOST_LOOKS = 2000
"""So often may the clock be asked without any time passing: beyond that somebody turns in a circle."""

R = TypeVar("R", bound=Record)


class KeptEvents(HeardWriter):
    """Keeps the events beside writing them."""

    def __init__(self) -> None:
        self.kept: list[Any] = []
        super().__init__(Path("/dev/null"), "supervisor")

    def write(self, record: Record) -> None:
        self.kept.append(record)
        super().write(record)


class NoSamples:
    """A meter that tells whatever the test puts in."""

    cores: float | None = 2.0

    def __init__(self) -> None:
        self.samples: list[Sample] = []

    def between(self, since_s: float, until_s: float) -> Sequence[Sample]:
        return [sample for sample in self.samples if since_s <= sample.t <= until_s]


class SimulatedRun:
    """Reads what rings at once and the rest at a tick, as the supervisor does."""

    def __init__(
        self,
        lanes: Mapping[Lane, LaneSpec],
        *,
        probing: Probing | None = None,
        limits: Limits | None = None,
        sharing: Sharing = "together",
    ) -> None:
        self.plan: Plan = _planned(tuple(lanes), probing or Probing(), limits, sharing)
        self.device = SharedDevice()
        self.events = KeptEvents()
        self.meter = NoSamples()
        self.lane_records: list[tuple[Lane, LaneRecord]] = []
        self.blocks_done: list[float] = []
        self.on_block_done: Callable[[], None] = lambda: None
        self.swapped_in: Callable[[], int] = lambda: 0
        self.disk_is_full = False
        """Whether lanes can tell nothing: what they did is read once there is room."""
        self.decides = True
        """Whether the policy says who waits; off where a test does."""
        self.stop_asked: set[Lane] = set()
        self._looks = 0
        self._looked_at_s = -1.0
        self._next_tick_s = TICK_S
        self._told_ended: set[Lane] = set()
        self.measuring = Measuring(
            self.plan, self.events, self.now,
            tell=self._tell, lives=self.lives, samples=lambda: self.meter, block_done=self._block_done,
            counters=self._counters, hears=lambda: not self.disk_is_full,
        )  # fmt: skip
        self.choice = SharingChoice(self.plan, self.events, self.now, self.measuring.history, None)
        for lane, spec in lanes.items():
            self.start(lane, spec)

    async def __aenter__(self) -> SimulatedRun:
        self.measuring.start()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self.measuring.end()
        self.events.close()

    # What time does ---------------------------------------------------------------------------------------------

    def now(self) -> float:
        """The run's clock, as whoever measures asks it."""
        self._looks = self._looks + 1 if self.device.now_s == self._looked_at_s else 0
        self._looked_at_s = self.device.now_s
        assert self._looks < MOST_LOOKS, f"turns in a circle at {self.device.now_s:g} s"
        return self.device.now_s

    async def play(self, seconds: float) -> None:
        """Let so much time pass."""
        until_s = self.device.now_s + seconds
        await self._settle()
        while self.device.now_s < until_s:
            self.device.pass_time(min(self._next_tick_s, until_s))
            rung = [lane for lane in self.device.lanes.values() if lane.told.has_rung]
            if self.device.now_s >= self._next_tick_s:
                self._next_tick_s += TICK_S
                rung = list(self.device.lanes.values())
                self.measuring.holds.tell_again()
                if self.choice.tick():
                    self.measuring.prober.measure_anew()
            for lane in rung:
                if self.disk_is_full:
                    lane.told.has_rung = False
                    self.measuring.changes.happened()
                else:
                    self._read(lane)
            self.decide()
            await self._settle()

    async def play_until(self, holds: Callable[[], bool], within_s: float = 3600.0) -> None:
        """Let time pass until it holds."""
        by_s = self.device.now_s + within_s
        while not holds():
            assert self.device.now_s < by_s, f"not within {within_s:g} s"
            await self.play(0.05)

    # What people and the supervisor do --------------------------------------------------------------------------

    def start(self, lane: Lane, spec: LaneSpec) -> None:
        """A lane's process comes up."""
        self.device.lanes[lane] = started = SimulatedLane(
            lane, spec, self.device.now, self.device.stand_still
        )
        started.tell("release")

    def join(self, lane: Lane, spec: LaneSpec) -> None:
        """A lane is new, or in the place of one that has ended."""
        self._told_ended.discard(lane)
        self.stop_asked.discard(lane)
        planned = self.plan.lanes["a"]
        self.events.write(Joined(t=self.device.now_s, lane=lane, planned=planned))
        self.measuring.joined(lane)
        self.start(lane, spec)

    def hold(self, lane: Lane, why: HeldFor = "asked") -> bool:
        """Somebody pauses the lane."""
        done = self.measuring.hold(lane, why)
        self.measuring.changes.happened()
        return done

    def let_go(self, lane: Lane, why: HeldFor = "asked") -> bool:
        """Somebody resumes it."""
        done = self.measuring.let_go(lane, why)
        self.measuring.changes.happened()
        return done

    def stop(self, lane: Lane) -> None:
        """Somebody stops it."""
        self.stop_asked.add(lane)
        self._tell(lane, "stop")
        self.measuring.changes.happened()

    def die(self, lane: Lane) -> None:
        """Its process is killed."""
        self.device.lanes[lane].dies()
        self._read(self.device.lanes[lane])

    def change_sharing(self, after: Sharing) -> None:
        """Share another way from now on."""
        self.choice.change(after, "asked")
        self.choice.look()
        self.decide()

    def decide(self) -> None:
        """Carry out what the policy wants of lanes that train."""
        for _ in range(10 if self.decides else 0):
            actions = self.choice.policy.decide(self._standings(), self.device.now_s)
            todo = [action for action in actions if isinstance(action, HoldBack | LetTrain)]
            for action in todo:
                if isinstance(action, HoldBack):
                    self.measuring.hold(action.lane, "turn")
                else:
                    self.measuring.let_go(action.lane, "turn")
            if not todo:
                break
        self.measuring.changes.happened()

    def lives(self, lane: Lane) -> bool:
        """Whether it has a process that trains."""
        found = self.device.lanes.get(lane)
        return found is not None and lane not in self._told_ended and lane not in self.stop_asked

    # What came of it --------------------------------------------------------------------------------------------

    def of(self, kind: type[R]) -> list[R]:
        """The events of one kind."""
        return [record for record in self.events.kept if isinstance(record, kind)]

    @property
    def probes(self) -> list[SoloSpan]:
        """The probes that were taken, whatever came of them."""
        return [record for record in self.of(SoloSpan) if record.how == "probe"]

    @property
    def shared(self) -> list[SharedSpan]:
        """The shared spans."""
        return self.of(SharedSpan)

    @property
    def began(self) -> list[ProbeBegan]:
        """The probes that were begun."""
        return self.of(ProbeBegan)

    @property
    def standing(self) -> set[Lane]:
        """The lanes that stand still."""
        return {lane for lane, found in self.device.lanes.items() if found.stands and not found.has_ended}

    @property
    def is_measured(self) -> bool:
        """Whether measuring has not failed."""
        return not self.of(Note)

    def held(self, lane: Lane) -> frozenset[HeldFor]:
        """Why it is held."""
        return self.measuring.why_held(lane)

    def hold_times(self, why: HeldFor) -> list[tuple[float, float]]:
        """From when to when lanes were held for this."""
        since: dict[Lane, float] = {}
        times: list[tuple[float, float]] = []
        for record in self.events.kept:
            if isinstance(record, Held) and record.why == why:
                since[record.lane] = record.t
            elif _ends_hold(record, why) and record.lane in since:
                times.append((since.pop(record.lane), record.t))
        return times + [(t, self.device.now_s) for t in since.values()]

    def folded(self) -> Contention:
        """What a reader of the run's files makes of them, event file first."""
        history = ContentionHistory(self.plan)
        for record in self.events.kept:
            history.take_event(record)
        for lane, lane_record in self.lane_records:
            history.take_lane_record(lane, lane_record)
        return history.contention()

    def _standings(self) -> dict[Lane, LaneStanding]:
        return {
            lane: LaneStanding(
                "ended" if lane in self._told_ended else "released", 0.0, "turn" in self.held(lane)
            )
            for lane in self.device.lanes
        }

    def _block_done(self) -> None:
        self.blocks_done.append(self.device.now_s)
        self.on_block_done()
        if self.choice.look():
            self.decide()

    def _counters(self) -> MachineCounters:
        return MachineCounters(self.device.now_s, self.swapped_in())

    def _tell(self, lane: Lane, do: str, **details: Any) -> bool:
        found = self.device.lanes.get(lane)
        return found is not None and found.tell(do, **details)

    def _read(self, lane: SimulatedLane) -> None:
        for record in lane.told.read():
            self.lane_records.append((lane.lane, record))
            self.measuring.take(lane.lane, record)
        if lane.has_ended and lane.lane not in self._told_ended:
            self._told_ended.add(lane.lane)
            self.events.write(LaneEnded(t=self.device.now_s, lane=lane.lane, status="completed", exit_code=0))
            self.measuring.holds.forget(lane.lane)
        self.measuring.changes.happened()

    async def _settle(self) -> None:
        for _ in range(6):
            await asyncio.sleep(0)


def _ends_hold(record: Any, why: HeldFor) -> bool:
    return isinstance(record, LaneEnded) or (isinstance(record, LetGo) and record.why == why)


def _planned(lanes: Sequence[Lane], probing: Probing, limits: Limits | None, sharing: Sharing) -> Plan:
    made = plan("simulated", sharing=sharing, limits=limits)
    return msgspec.structs.replace(
        made, lanes={lane: made.lanes[lane] for lane in LANES if lane in lanes}, probing=probing
    )
