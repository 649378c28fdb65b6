"""How long lanes of given lengths take, alone and beside each other, from the rates and epoch ends of blocks."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.analysis.blocks import Block
from training.analysis.progress import LaneTimes
from training.analysis.rate_spans import MANY_ENDS, MOST_S, MOST_STEPS, NOTHING, StepTimes, added
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
    alone one such says nothing of the others. Means of all for a lane whose epochs are so short that every block, and
    the shared time, has many ends: there they are most of what the other lane slows, and scatter as the steps do.
    """

    solo_s: dict[Lane, float]
    shared_s: dict[Lane, float]
    told_by_each: frozenset[Lane] = frozenset()
    """Lanes of which each block tells its own."""

    @classmethod
    def of(
        cls, blocks: Sequence[Block], shared_time: Sequence[Mapping[Lane, RateSpan]] | None = None
    ) -> EpochEnds:
        """Of blocks that count; `shared_time` is all of it where that is more than theirs."""
        solo_s: dict[Lane, float] = {}
        shared_s: dict[Lane, float] = {}
        shared_time = [block.shared for block in blocks] if shared_time is None else shared_time
        often = frozenset(lane for lane in LANES if _ends_often(lane, blocks, shared_time))
        for lane in LANES:
            if lane in often:
                solo_s[lane] = _mean_end_s(block.solo[lane] for block in blocks)
                shared_s[lane] = _mean_end_s(spans[lane] for spans in shared_time if lane in spans)
                continue
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
        return cls(solo_s, shared_s, often)

    def pair(
        self,
        solo: Mapping[Lane, StepTimes],
        shared: Mapping[Lane, StepTimes],
        lengths: Mapping[Lane, LaneLength],
    ) -> dict[Lane, LaneTimes]:
        """Both lanes' times where steps, and epoch ends where these tell, take so long alone and beside the other."""
        return {
            lane: _lane_times(
                lengths[lane],
                solo[lane].step_s,
                shared[lane].step_s,
                self._own(lane, solo[lane], self.solo_s),
                self._own(lane, shared[lane], self.shared_s),
            )
            for lane in LANES
        }

    def _own(self, lane: Lane, times: StepTimes, over_all_s: Mapping[Lane, float]) -> float:
        own = times.end_s if lane in self.told_by_each else None
        return over_all_s[lane] if own is None else own


def block_pairs(blocks: Sequence[Block], lengths: Mapping[Lane, LaneLength]) -> list[dict[Lane, LaneTimes]]:
    """Each block's own times for lanes of these lengths; few epoch ends are taken over all of them."""
    if not blocks:
        return []
    ends = EpochEnds.of(blocks)
    return [ends.pair(_times(block.solo), _times(block.shared), lengths) for block in blocks]


def _times(spans: Mapping[Lane, RateSpan]) -> dict[Lane, StepTimes]:
    return {lane: StepTimes.of(span) for lane, span in spans.items()}


def _ends_often(lane: Lane, blocks: Sequence[Block], shared_time: Sequence[Mapping[Lane, RateSpan]]) -> bool:
    beside = sum(spans.get(lane, NOTHING).epochs for spans in shared_time)
    alone = min((block.solo.get(lane, NOTHING).epochs for block in blocks), default=0)
    return alone >= MANY_ENDS and beside >= MANY_ENDS * len(blocks)


def _mean_end_s(spans: Iterable[RateSpan]) -> float:
    whole = added(spans)
    return whole.ends_s / whole.epochs


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
