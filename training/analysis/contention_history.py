"""A run's contention records folded into state; the live view, a replay and the report look through it alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from training.analysis.blocks import BlockCount
from training.analysis.contention import SAME_WITHIN, Contention, LaneLength, StartUp, block_pairs, contention
from training.analysis.contention_state import BlockPoint, ContentionState, ProbeMark
from training.analysis.progress import stp
from training.plan import LANES, Lane, Plan
from training.record.contention_records import (
    Decided,
    Held,
    HeldFor,
    LetGo,
    ProbeBegan,
    SharedSpan,
    SoloSpan,
)
from training.record.event_records import BarrierOpened, EventRecord, Joined, LaneEnded, Launched, WarmingUp
from training.record.lane_records import Built, Imported, LaneRecord, Progress, Released, Warm

NEWEST = 8
"""So many blocks speak for what is left of a run; older ones may be of other rates."""


@dataclass(slots=True)
class _LaneFacts:
    """What a lane's own records say of its length and its start."""

    built: Built | None = None
    released_step: int = 0
    step: int = 0
    launched_t: float | None = None
    import_s: float | None = None
    token_t: float | None = None
    warm_t: float | None = None
    ended: bool = False

    def length(self, minutes: float | None) -> LaneLength | None:
        """What it trains after its release."""
        if self.built is None:
            return None
        planned = self.built.planned_steps
        steps = None if planned is None else max(1, planned - self.released_step)
        return LaneLength(steps, self.built.steps_per_epoch, None if minutes is None else minutes * 60)

    def left(self, whole: LaneLength) -> LaneLength | None:
        """What it has still to train; None where that is nothing, or only time tells."""
        if whole.steps is None:
            return whole
        steps = self.released_step + whole.steps - max(self.step, self.released_step)
        return replace(whole, steps=steps) if steps > 0 else None

    @property
    def start_s(self) -> float | None:
        """Seconds before its first step if it started alone: its import and its warm-up."""
        if self.import_s is None or self.token_t is None or self.warm_t is None:
            return None
        return self.import_s + self.warm_t - self.token_t


class ContentionHistory:
    """Takes the records of one run's files, each file in its own order; `state` is what they add up to."""

    def __init__(self, plan: Plan) -> None:
        self._minutes = plan.limits.minutes
        self._count = BlockCount()
        self._lanes: dict[Lane, _LaneFacts] = {lane: _LaneFacts() for lane in plan.lanes}
        self._opened_t: float | None = None
        self._held: dict[Lane, tuple[HeldFor, ...]] = {}
        self._probing: ProbeMark | None = None
        self._marks: list[ProbeMark] = []
        self._decided: Decided | None = None
        self._probing_is_off = not plan.probing.enabled

    def take_event(self, record: EventRecord) -> None:
        """Take in one of the supervisor's events."""
        match record:
            case ProbeBegan():
                self._probing = ProbeMark(record.block, record.lane, record.t)
            case SoloSpan():
                self._count.take_solo(record)
                self._note_probe(record)
            case SharedSpan():
                self._count.take_shared(record)
            case Held():
                held = self._held.get(record.lane, ())
                self._held[record.lane] = (*(why for why in held if why != record.why), record.why)
            case LetGo():
                held = self._held.get(record.lane, ())
                self._held[record.lane] = tuple(why for why in held if why != record.why)
            case Decided():
                self._decided = record
            case Launched():
                self._lanes[record.lane].launched_t = record.t
            case WarmingUp():
                self._lanes[record.lane].token_t = record.t
            case BarrierOpened():
                self._opened_t = record.t
            case LaneEnded():
                self._lanes[record.lane].ended = True
                self._held.pop(record.lane, None)
                self._probing = None
            case Joined():
                self._lanes[record.lane] = _LaneFacts()
            case _:
                pass

    def take_lane_record(self, lane: Lane, record: LaneRecord) -> None:
        """Take in one record of a lane's worker."""
        facts = self._lanes[lane]
        match record:
            case Progress():
                facts.step = record.step
            case Built():
                facts.built = record
            case Released():
                facts.released_step = record.step
            case Imported():
                facts.import_s = record.seconds
            case Warm():
                facts.warm_t = record.t
            case _:
                pass

    def contention(self) -> Contention:
        """What the blocks say for the lanes' whole lengths."""
        return contention(
            self._count, self._lengths(), start_up=self._start_up(), why_unknown=self._why_unknown()
        )

    def state(self) -> ContentionState:
        """Everything, at this moment."""
        saved_s, turns_are_faster = self._ahead()
        return ContentionState(
            contention=self.contention(),
            saved_ahead_s=saved_s,
            turns_are_faster=turns_are_faster,
            probing=self._probing,
            held={lane: held for lane, held in self._held.items() if held},
            points=self._points(),
            marks=tuple(self._marks),
            decided=self._decided,
        )

    def recent(self) -> Contention:
        """What the newest blocks say for what is left of both lanes."""
        return contention(self._count, self._left() or self._lengths(), newest=NEWEST)

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
        if len(lengths) < len(LANES) or any(facts.ended for facts in self._lanes.values()):
            return None
        left = {lane: self._lanes[lane].left(length) for lane, length in lengths.items()}
        known = {lane: length for lane, length in left.items() if length is not None}
        return known if len(known) == len(LANES) else None

    def _start_up(self) -> StartUp | None:
        alone = {lane: facts.start_s for lane, facts in self._lanes.items()}
        launched = [facts.launched_t for facts in self._lanes.values() if facts.launched_t is not None]
        known = {lane: seconds for lane, seconds in alone.items() if seconds is not None}
        if self._opened_t is None or not launched or len(known) < len(LANES):
            return None
        return StartUp(known, self._opened_t - min(launched))

    def _why_unknown(self) -> str:
        if len(self._lanes) < len(LANES):
            return "one lane has the device to itself"
        probed = any(block.was_probed for block in self._count.blocks.values())
        return "probing is off (--no-probe)" if self._probing_is_off and not probed else ""

    def _note_probe(self, record: SoloSpan) -> None:
        if record.how != "probe":
            return
        self._probing = None
        counts = record.complete and not record.disturbed
        self._marks.append(ProbeMark(record.block, record.lane, record.t0, record.t1, counts))

    def _points(self) -> tuple[BlockPoint, ...]:
        lengths = self._lengths()
        if len(lengths) < len(LANES):
            return ()
        blocks = self._count.counting()
        pairs = zip(blocks, block_pairs(blocks, lengths), strict=True)
        return tuple(
            BlockPoint(block.index, block.t, {lane: pair[lane].slowdown for lane in LANES}, stp(pair))
            for block, pair in pairs
        )
