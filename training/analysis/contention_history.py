"""A run's contention records folded into state; the live view, a replay and the report look through it alike."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from training.analysis.blocks import BlockCount
from training.analysis.contention import (
    SAME_WITHIN,
    Contention,
    StartUp,
    contention,
    only_blocks,
    pair_times,
)
from training.analysis.contention_state import BlockPoint, ContentionState, ProbeMark
from training.analysis.hold_times import HoldTimes
from training.analysis.interval import FEWEST
from training.analysis.lane_facts import LaneFacts
from training.analysis.pair_evidence import EvidenceHistory
from training.analysis.pair_limits import PairLimit, pair_limits
from training.analysis.pair_times import LaneLength, block_pairs
from training.analysis.progress import LaneTimes, speedup, stp
from training.analysis.rate_spans import added, is_possible
from training.plan import LANES, Lane, Plan
from training.record.contention_records import (
    Decided,
    Held,
    LetGo,
    ProbeBegan,
    SharedSpan,
    SoloSpan,
)
from training.record.device_records import DeviceRecord
from training.record.event_records import BarrierOpened, EventRecord, Joined, LaneEnded, Launched, WarmingUp
from training.record.lane_records import LaneRecord, Progress
from training.record.script_records import Telemetry

NEWEST = 8
"""So many blocks speak for what is left of a run; older ones may be of other rates."""
KEPT_MARKS = 1000
FEWEST_OF_TURN = 30
"""Fewer steps of a turn tell no drift."""


class ContentionHistory:
    """Takes the records of one run's files, each file in its own order; `state` is what they add up to."""

    def __init__(self, plan: Plan) -> None:
        self._minutes = plan.limits.minutes
        self._count = BlockCount()
        self._lanes: dict[Lane, LaneFacts] = {lane: LaneFacts() for lane in plan.lanes}
        self._opened_t: float | None = None
        self._joined = False
        self._holds = HoldTimes()
        self._probing: ProbeMark | None = None
        self._marks: deque[ProbeMark] = deque(maxlen=KEPT_MARKS)
        self._decided: Decided | None = None
        self._turn_span: SoloSpan | None = None
        self._probing_is_off = not plan.probing.enabled
        self._telemetry: dict[Lane, Telemetry] = {}
        """How the steps of scripts and programs are told."""
        self._evidence = EvidenceHistory(plan)
        self._told: Contention | None = None
        self._told_points: tuple[BlockPoint, ...] | None = None

    def take_event(self, record: EventRecord) -> None:
        """Take in one of the supervisor's events."""
        self._told = self._told_points = None
        self._evidence.take_event(record)
        match record:
            case ProbeBegan():
                self._probing = ProbeMark(record.block, record.lane, record.t)
            case SoloSpan():
                self._count.take_solo(record)
                if record.how == "turn" and not record.disturbed and is_possible(record.span):
                    self._turn_span = record
                self._note_probe(record)
            case SharedSpan():
                self._count.take_shared(record)
            case Held() | LetGo():
                self._holds.take(record)
            case Decided():
                self._decided = record
            case Launched() | WarmingUp():
                self._facts(record.lane).take_event(record)
            case BarrierOpened() if len(record.lanes) == len(LANES):
                self._opened_t = record.t
            case LaneEnded():
                self._facts(record.lane).take_event(record)
                self._holds.take(record)
                self._probing = None
            case Joined():
                self._facts(record.lane).take_event(record)
                self._count.forget(record.lane)
                self._telemetry.pop(record.lane, None)
                self._joined = True
            case _:
                pass

    def take_lane_record(self, lane: Lane, record: LaneRecord) -> None:
        """Take in one record of a lane's worker."""
        self._facts(lane).take(record)
        if isinstance(record, Telemetry):
            self._telemetry[lane] = record
        if not isinstance(record, Progress):  # it changes nothing but what is left
            self._told = self._told_points = None
            self._evidence.take_lane_record(lane, record)

    def take_device_record(self, record: DeviceRecord) -> None:
        """Take in what the meter told."""
        self._evidence.take_device_record(record)

    def contention(self) -> Contention:
        """What the blocks say for the lanes' whole lengths."""
        if self._told is None:
            self._told = contention(
                self._count, self._lengths(), start_up=self._start_up(), why_unknown=self._why_unknown()
            )
        return self._told

    def times(self) -> dict[Lane, LaneTimes]:
        """Both lanes' times for their whole lengths; empty where they are not known."""
        return pair_times(self._count, self._lengths())

    def limits(self) -> tuple[PairLimit, ...]:
        """What limits the pair, each with its evidence; empty where one lane has the device to itself."""
        return () if len(self._lanes) < len(LANES) else pair_limits(self._evidence.evidence())

    def state(self) -> ContentionState:
        """Everything, at this moment."""
        saved_s, turns_are_faster = self._ahead()
        return ContentionState(
            contention=self.contention(),
            saved_ahead_s=saved_s,
            turns_are_faster=turns_are_faster,
            probing=self._probing,
            held=self._holds.newest(),
            points=self.points(),
            marks=tuple(self._marks),
            decided=self._decided,
            limits=self.limits(),
        )

    def recent(self) -> Contention:
        """What the newest blocks say for what is left of both lanes."""
        return contention(self._count, self._left() or self._lengths(), newest=NEWEST)

    @property
    def trained_beside(self) -> bool:
        """Whether both lanes ever trained at one time, disturbed or not, or still may; or nobody could tell."""
        return self._count.has_shared or not self._is_over or bool(self._blind)

    @property
    def counted(self) -> int:
        """How many blocks count so far."""
        return len(self._count.counting())

    def points(self) -> tuple[BlockPoint, ...]:
        """The blocks that count, oldest first."""
        if self._told_points is None:
            self._told_points = self._made_points()
        return self._told_points

    def stps(self, since_t: float = 0.0) -> list[float]:
        """STP of each block that counts and ended after `since_t`, oldest first."""
        return [point.stp for point in self.points() if point.t > since_t]

    def left_alone_s(self) -> dict[Lane, float]:
        """Seconds each lane has still to train if it had the device to itself, for the lanes of which it is known."""
        rates = self.recent().solo_steps_per_s
        left = self._left() or {}
        return {
            lane: length.steps / rates[lane]
            for lane, length in left.items()
            if length.steps is not None and rates.get(lane)
        }

    def turn_drift(self) -> float:
        """How far a lane's newest rate in its turn is from its rate in the blocks, as a share; 0 where not known.

        Of its steps alone: an epoch's end lies in one span and not in the next.
        """
        if self._turn_span is None or self._turn_span.span.steps < FEWEST_OF_TURN:
            return 0.0
        lane, span = self._turn_span.lane, self._turn_span.span
        known = added(block.solo[lane] for block in self._count.counting(NEWEST))
        if not known.steps or span.in_steps_s <= 0:
            return 0.0
        return abs(known.step_s / span.step_s - 1.0)

    def left_at_pace_s(self, rates: Mapping[Lane, float | None]) -> float | None:
        """Seconds to the end of both lanes at these rates; None where one has none or no length in steps."""
        left = {lane: self._lanes[lane].left(length) for lane, length in self._lengths().items()}
        times = [
            length.steps / rate
            for lane, length in left.items()
            if length is not None and length.steps is not None and (rate := rates.get(lane))
        ]
        return max(times) if times and len(times) == len(self._lanes) else None

    def _facts(self, lane: Lane) -> LaneFacts:
        """Of a lane of the plan, or of one that joined: its records may be read before the event that says so."""
        return self._lanes.setdefault(lane, LaneFacts())

    def _ahead(self) -> tuple[float | None, bool]:
        left = self._left()
        if left is None:
            return None, False
        told = contention(self._count, left, newest=NEWEST)
        if told.makespan_s is None or told.sequential_estimate_s is None:
            return None, False
        slower = told.stp_interval is not None and told.stp_interval[1] < 1 - SAME_WITHIN
        return told.sequential_estimate_s - told.makespan_s, slower

    def _lengths(self) -> dict[Lane, LaneLength]:
        lengths = {lane: facts.length(self._minutes) for lane, facts in self._lanes.items()}
        return {lane: length for lane, length in lengths.items() if length is not None}

    def _left(self) -> Mapping[Lane, LaneLength] | None:
        """What both lanes have left; None where one has nothing."""
        lengths = self._lengths()
        if len(lengths) < len(LANES) or any(facts.has_ended for facts in self._lanes.values()):
            return None
        left = {lane: self._lanes[lane].left(length) for lane, length in lengths.items()}
        known = {lane: length for lane, length in left.items() if length is not None}
        return known if len(known) == len(LANES) else None

    def _start_up(self) -> StartUp | None:
        alone = {lane: facts.start_s for lane, facts in self._lanes.items()}
        launched = [facts.launched.t for facts in self._lanes.values() if facts.launched is not None]
        known = {lane: seconds for lane, seconds in alone.items() if seconds is not None}
        if self._opened_t is None or self._joined or not launched or len(known) < len(LANES):
            return None
        return StartUp(known, self._opened_t - min(launched))

    def _why_unknown(self) -> str:
        if len(self._lanes) < len(LANES):
            return "one lane has the device to itself"
        if blind := self._blind:
            return _told_blind(blind, self._telemetry)
        if self._probing_is_off:
            asked = f", and {only_blocks(self.counted)} of the {FEWEST} that are needed measured on request"
            return "probing is off (--no-probe)" + (asked if self.counted else "")
        ended_without = self._is_over and not self._count.excluded and self.counted < FEWEST
        return self._too_short() if ended_without else ""

    @property
    def _blind(self) -> list[Lane]:
        """Lanes whose steps cannot be timed."""
        return sorted(lane for lane, told in self._telemetry.items() if told.steps != "each")

    @property
    def _is_over(self) -> bool:
        return all(facts.has_ended for facts in self._lanes.values())

    def _too_short(self) -> str:
        """Why a run whose probes nothing disturbed ended without a verdict."""
        return (
            f"the lanes trained beside each other for too short: {only_blocks(self.counted)} of the {FEWEST} that are "
            "needed, which take half a minute or more"
        )

    def _note_probe(self, record: SoloSpan) -> None:
        if record.how != "probe":
            return
        self._probing = None
        counts = record.complete and not record.disturbed
        self._marks.append(ProbeMark(record.block, record.lane, record.t0, record.t1, counts))

    def _made_points(self) -> tuple[BlockPoint, ...]:
        lengths = self._lengths()
        if len(lengths) < len(LANES):
            return ()
        blocks = self._count.counting()
        pairs = zip(blocks, block_pairs(blocks, lengths), strict=True)
        return tuple(
            BlockPoint(
                block.index, block.t, {lane: pair[lane].slowdown for lane in LANES}, stp(pair), speedup(pair)
            )
            for block, pair in pairs
        )


def _told_blind(blind: Sequence[Lane], telemetry: Mapping[Lane, Telemetry]) -> str:
    """Why lanes whose steps cannot be timed are measured by nobody."""
    if all(telemetry[lane].steps == "none" for lane in blind):
        return f"no step telemetry in lane {' and '.join(lane.upper() for lane in blind)}: nothing could be timed"
    who = " and ".join(lane.upper() for lane in blind)
    return (
        f"the steps of lane {who} are read once a second from outside, and no window of them could be timed"
    )
