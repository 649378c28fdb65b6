"""Solo and shared spans gathered into blocks: one solo-a / solo-b / shared triple each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from training.plan import LANES, Lane
from training.record.contention_records import RateSpan, SharedSpan, SoloSpan

NOTHING = RateSpan(0, 0.0)


def added(spans: Iterable[RateSpan]) -> RateSpan:
    """Spans of one lane as one."""
    kept = list(spans)
    return RateSpan(
        steps=sum(span.steps for span in kept),
        in_steps_s=sum(span.in_steps_s for span in kept),
        outside_s=sum(span.outside_s for span in kept),
        epochs=sum(span.epochs for span in kept),
    )


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


class BlockCount:
    """Takes spans in any order of their files' reading; a lane's solo spans outside probes are kept beside."""

    def __init__(self) -> None:
        self.blocks: dict[int, Block] = {}
        self.baselines: dict[Lane, RateSpan] = {}
        """Rates alone that no probe took: before a join, after the other's end, in turns."""
        self.cost_spans_s = 0.0
        """For how long a lane stood still for the other's probe, all probes together."""

    def take_solo(self, record: SoloSpan) -> None:
        """Take in a span in which one lane trained alone."""
        if record.how != "probe":
            if not record.disturbed and record.complete:
                kept = self.baselines.get(record.lane, NOTHING)
                self.baselines[record.lane] = added((kept, record.span))
            return
        self.cost_spans_s += record.cost_s
        block = self._block(record.block, record.t1)
        if not record.complete or record.disturbed:
            reasons = record.disturbed or ("the probe was cut short",)
            block.spoiled = tuple(dict.fromkeys((*block.spoiled, *reasons)))
            return
        block.solo[record.lane] = added((block.solo.get(record.lane, NOTHING), record.span))

    def take_shared(self, record: SharedSpan) -> None:
        """Take in a span in which both trained."""
        block = self._block(record.block, record.t1)
        if record.disturbed:
            block.disturbed_shared += 1
            return
        for lane, span in record.spans.items():
            block.shared[lane] = added((block.shared.get(lane, NOTHING), span))

    def counting(self, newest: int | None = None) -> list[Block]:
        """The blocks that count, in order; only the `newest` so many where asked."""
        found = [block for _, block in sorted(self.blocks.items()) if block.counts]
        return found if newest is None else found[-newest:]

    @property
    def excluded(self) -> list[Block]:
        """The blocks that were begun and do not count."""
        return [block for _, block in sorted(self.blocks.items()) if block.is_excluded]

    @property
    def all_shared(self) -> dict[Lane, RateSpan]:
        """All undisturbed shared time of each lane, in blocks that count or not."""
        return {
            lane: added(block.shared[lane] for block in self.blocks.values() if lane in block.shared)
            for lane in LANES
        }

    def _block(self, index: int, t: float) -> Block:
        block = self.blocks.setdefault(index, Block(index))
        block.t = max(block.t, t)
        return block


def _is_rate(span: RateSpan | None) -> bool:
    return span is not None and span.steps > 0 and span.in_steps_s > 0
