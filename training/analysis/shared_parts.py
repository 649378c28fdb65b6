"""All undisturbed time in which both lanes trained beside each other, in parts that last equally long.

How fast two trainings are beside each other can change for tens of seconds at a time (who else uses the caches, the
memory's bandwidth or the host of a virtual machine): what was shared between two probes at the start is not what was
shared all the time. So the whole shared time counts, and as many equal parts of it as there are blocks tell how it
scatters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from training.analysis.rate_spans import StepTimes, added, mean_end_s
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan, SharedSpan

KEPT = 2048
"""Beyond so many, two and two that follow each other are kept as one."""


@dataclass(frozen=True, slots=True)
class SharedPiece:
    """Shared time of one block or more, from `block` on."""

    block: int
    seconds: float
    spans: dict[Lane, RateSpan]


class SharedPieces:
    """Takes undisturbed shared spans in their order."""

    def __init__(self) -> None:
        self._kept: list[SharedPiece] = []

    def take(self, record: SharedSpan) -> bool:
        """Take in a span of possible numbers; false of one without steps of both lanes, which says nothing."""
        spans = {lane: record.spans.get(lane) for lane in LANES}
        known = {lane: span for lane, span in spans.items() if span is not None and span.steps > 0}
        seconds = max((span.in_steps_s + span.outside_s for span in known.values()), default=0.0)
        if len(known) < len(LANES) or any(span.in_steps_s <= 0 for span in known.values()):
            return False
        self._kept.append(SharedPiece(record.block, seconds, known))
        if len(self._kept) > KEPT:
            pairs = zip(self._kept[:KEPT:2], self._kept[1:KEPT:2], strict=True)
            self._kept = [*(_as_one(*pair) for pair in pairs), *self._kept[KEPT:]]
        return True

    def forget(self) -> None:
        """The pair is another now."""
        self._kept.clear()

    def since(self, block: int | None = None) -> list[SharedPiece]:
        """The pieces of this block and of later ones; all where none is named."""
        return [piece for piece in self._kept if block is None or piece.block >= block]


def equal_parts(pieces: Sequence[SharedPiece], count: int) -> list[dict[Lane, StepTimes]]:
    """What a step, and an epoch's end, of each lane took in each of `count` parts of equal time, in order.

    A piece that lies in two parts is of one rate in both. There is at least one piece.
    """
    part_s = sum(piece.seconds for piece in pieces) / count
    sums = [{lane: _Sum() for lane in LANES} for _ in range(count)]
    before_s = 0.0
    for piece in pieces:
        for index in range(max(int(before_s / part_s) - 1, 0), count):
            if index * part_s >= before_s + piece.seconds:
                break
            share = _overlap_s(before_s, piece.seconds, index * part_s, part_s) / piece.seconds
            if share <= 0:
                continue
            for lane, span in piece.spans.items():
                sums[index][lane].add(span, share)
        before_s += piece.seconds
    whole = {lane: added(piece.spans[lane] for piece in pieces).step_s for lane in LANES}
    return [{lane: part[lane].times or StepTimes(whole[lane]) for lane in LANES} for part in sums]


@dataclass(slots=True)
class _Sum:
    steps: float = 0.0
    seconds: float = 0.0
    epochs: float = 0.0
    ends_s: float = 0.0

    def add(self, span: RateSpan, share: float) -> None:
        self.steps += share * span.usual_steps
        self.seconds += share * span.usual_steps * span.step_s
        self.epochs += share * span.epochs
        self.ends_s += share * span.ends_s

    @property
    def times(self) -> StepTimes | None:
        """None of a part that rounding left nothing of."""
        if self.steps <= 0 or self.seconds <= 0:
            return None
        return StepTimes(self.seconds / self.steps, mean_end_s(self.ends_s, self.epochs))


def _overlap_s(began_s: float, seconds: float, part_began_s: float, part_s: float) -> float:
    return min(began_s + seconds, part_began_s + part_s) - max(began_s, part_began_s)


def _as_one(piece: SharedPiece, following: SharedPiece) -> SharedPiece:
    spans = {lane: added((piece.spans[lane], following.spans[lane])) for lane in LANES}
    return SharedPiece(min(piece.block, following.block), piece.seconds + following.seconds, spans)
