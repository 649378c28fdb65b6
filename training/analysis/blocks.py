"""Solo and shared spans gathered into blocks: one solo-a / solo-b / shared triple each."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.analysis.rate_spans import MOST_S, NOTHING, added, is_possible
from training.analysis.shared_parts import SharedPiece, SharedPieces
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan, SharedSpan, SoloSpan


@dataclass(slots=True)
class Block:
    """What was measured in one block; disturbed shared spans are left out, a disturbed solo span spoils the block."""

    index: int
    t: float = 0.0
    """When the newest span of it ended."""
    solo: dict[Lane, RateSpan] = field(default_factory=dict)
    shared: dict[Lane, RateSpan] = field(default_factory=dict)
    spoiled: tuple[str, ...] = ()
    """Why its solo spans do not count."""
    disturbed_shared: int = 0
    shared_disturbed_by: tuple[str, ...] = ()

    @property
    def was_probed(self) -> bool:
        """Whether anything was timed alone in it."""
        return bool(self.solo) or bool(self.spoiled)

    @property
    def counts(self) -> bool:
        """Whether it has all three parts, undisturbed."""
        return not self.spoiled and all(
            _is_rate(self.solo.get(lane)) and _is_rate(self.shared.get(lane)) for lane in LANES
        )

    @property
    def is_excluded(self) -> bool:
        """Whether it was begun and cannot count: spoiled, or beside nothing but disturbed shared time."""
        return bool(self.spoiled) or (self.was_probed and self.disturbed_shared > 0 and not self.counts)

    @property
    def excluded_because(self) -> tuple[str, ...]:
        """What keeps an excluded block from counting."""
        return self.spoiled or self.shared_disturbed_by


class BlockCount:
    """Takes spans in any order of their files' reading; a lane's solo spans outside probes are kept beside."""

    def __init__(self) -> None:
        self.blocks: dict[int, Block] = {}
        self._pieces = SharedPieces()
        self.baselines: dict[Lane, RateSpan] = {}
        """Rates alone that no probe took: before a join, after the other's end, in turns."""
        self.cost_spans_s = 0.0
        """For how long a lane stood still for the other's probe, all probes together."""
        self.shared_left_out_s = 0.0
        """Time beside each other that does not count, as something disturbed it."""

    def take_solo(self, record: SoloSpan) -> None:
        """Take in a span in which one lane trained alone."""
        if record.how != "probe":
            if not record.disturbed and record.complete and is_possible(record.span):
                kept = self.baselines.get(record.lane, NOTHING)
                self.baselines[record.lane] = added((kept, record.span))
            return
        if 0 <= record.cost_s <= MOST_S:
            self.cost_spans_s += record.cost_s
        block = self._block(record.block, record.t1)
        reasons = _why_spoiled(record)
        if reasons:
            block.spoiled = _with(block.spoiled, reasons)
            return
        block.solo[record.lane] = added((block.solo.get(record.lane, NOTHING), record.span))

    @property
    def has_shared(self) -> bool:
        """Whether there was any shared time, disturbed or not."""
        return any(block.shared or block.disturbed_shared for block in self.blocks.values())

    def take_shared(self, record: SharedSpan) -> None:
        """Take in a span in which both trained."""
        block = self._block(record.block, record.t1)
        impossible = not all(is_possible(span) for span in record.spans.values())
        if record.disturbed or impossible:
            block.disturbed_shared += 1
            if 0 < (lasted_s := record.t1 - record.t0) <= MOST_S:
                self.shared_left_out_s += lasted_s
            block.shared_disturbed_by = _with(block.shared_disturbed_by, record.disturbed or IMPOSSIBLE)
            return
        if not self._pieces.take(record):
            return
        for lane, span in record.spans.items():
            block.shared[lane] = added((block.shared.get(lane, NOTHING), span))

    def forget(self, lane: Lane) -> None:
        """Another takes this lane's place: no block is of the pair that is now."""
        self.blocks.clear()
        self._pieces.forget()
        self.shared_left_out_s = 0.0
        self.baselines.pop(lane, None)

    def counting(self, newest: int | None = None) -> list[Block]:
        """The blocks that count, in order; only the `newest` so many where asked."""
        found = [block for _, block in sorted(self.blocks.items()) if block.counts]
        return found if newest is None else found[-newest:]

    @property
    def excluded(self) -> list[Block]:
        """The blocks that were begun and do not count."""
        return [block for _, block in sorted(self.blocks.items()) if block.is_excluded]

    def shared_pieces(self, since: int | None = None) -> list[SharedPiece]:
        """All undisturbed shared time, in blocks that count or not; only from this block on where one is named."""
        return self._pieces.since(since)

    def _block(self, index: int, t: float) -> Block:
        block = self.blocks.setdefault(index, Block(index))
        block.t = max(block.t, t)
        return block


IMPOSSIBLE = ("its numbers are impossible",)


def _why_spoiled(record: SoloSpan) -> tuple[str, ...]:
    if record.disturbed:
        return record.disturbed
    if not record.complete:
        return ("the probe was cut short",)
    return () if is_possible(record.span) and _is_rate(record.span) else IMPOSSIBLE


def _with(reasons: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*reasons, *more)))


def _is_rate(span: RateSpan | None) -> bool:
    return span is not None and span.steps > 0 and span.in_steps_s > 0
