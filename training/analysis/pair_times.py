"""How long lanes of given lengths take, alone and beside each other, from the rates and epoch ends of blocks."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.analysis.blocks import Block
from training.analysis.progress import LaneTimes
from training.analysis.rate_spans import MOST_S, MOST_STEPS, NOTHING, added
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan


@dataclass(frozen=True, slots=True)
class LaneLength:
    """How much a lane trains: steps with an epoch end every `steps_per_epoch`, or seconds, whichever is over first."""

    steps: int | None
    steps_per_epoch: int
    seconds: float | None = None

    @property
    def is_possible(self) -> bool:
        """Whether a lane can be of this length: a damaged record may tell any."""
        return (
            0 < self.steps_per_epoch <= MOST_STEPS
            and (self.steps is None or 0 < self.steps <= MOST_STEPS)
            and (self.seconds is None or 0 < self.seconds <= MOST_S)
        )


@dataclass(frozen=True, slots=True)
class EpochEnds:
    """Seconds outside steps that one epoch end takes, alone and shared, for each lane; over all blocks.

    Medians over blocks: now and then a data pipeline takes seconds to start anew, and of the few epochs that are timed
    alone one such says nothing of the others.
    """

    solo_s: dict[Lane, float]
    shared_s: dict[Lane, float]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> EpochEnds:
        """Of blocks that count."""
        solo_s: dict[Lane, float] = {}
        shared_s: dict[Lane, float] = {}
        for lane in LANES:
            solo = added(block.solo.get(lane, NOTHING) for block in blocks)
            shared = added(block.shared.get(lane, NOTHING) for block in blocks)
            # Where one was never seen it is taken to be slowed as the steps are.
            slowdown = shared.step_s / solo.step_s
            alone = _median_end_s(block.solo.get(lane, NOTHING) for block in blocks)
            beside = _median_end_s(block.shared.get(lane, NOTHING) for block in blocks)
            if alone is None:
                alone = beside / slowdown if beside is not None else 0.0
            solo_s[lane] = alone
            shared_s[lane] = beside if beside is not None else alone * slowdown
        return cls(solo_s, shared_s)

    def pair(
        self,
        solo_step_s: Mapping[Lane, float],
        shared_step_s: Mapping[Lane, float],
        lengths: Mapping[Lane, LaneLength],
    ) -> dict[Lane, LaneTimes]:
        """Both lanes' times where a usual step takes so long alone and so long beside the other."""
        return {
            lane: _lane_times(
                lengths[lane], solo_step_s[lane], shared_step_s[lane], self.solo_s[lane], self.shared_s[lane]
            )
            for lane in LANES
        }


def block_pairs(blocks: Sequence[Block], lengths: Mapping[Lane, LaneLength]) -> list[dict[Lane, LaneTimes]]:
    """Each block's own times for lanes of these lengths; epoch ends are taken over all of them."""
    if not blocks:
        return []
    ends = EpochEnds.of(blocks)
    return [ends.pair(_step_s(block.solo), _step_s(block.shared), lengths) for block in blocks]


def _step_s(spans: Mapping[Lane, RateSpan]) -> dict[Lane, float]:
    return {lane: span.step_s for lane, span in spans.items()}


def _median_end_s(spans: Iterable[RateSpan]) -> float | None:
    ends_s = [span.ends_s / span.epochs for span in spans if span.epochs]
    return statistics.median(ends_s) if ends_s else None


def _lane_times(
    length: LaneLength, solo_step_s: float, shared_step_s: float, solo_end_s: float, shared_end_s: float
) -> LaneTimes:
    """Where time ends a lane it trains as long beside the other, and alone what the same steps would take."""
    steps = length.steps if length.steps else length.steps_per_epoch
    epoch_ends = steps / length.steps_per_epoch
    alone_s = steps * solo_step_s + epoch_ends * solo_end_s
    shared_s = steps * shared_step_s + epoch_ends * shared_end_s
    if length.seconds is None or (length.steps and shared_s <= length.seconds):
        return LaneTimes(alone_s, shared_s)
    return LaneTimes(length.seconds * (alone_s / shared_s), length.seconds)
