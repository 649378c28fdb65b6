"""From blocks to the verdict: how much each lane slows the other, and whether together beats one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct, structs

from training.analysis import progress
from training.analysis.blocks import Block, BlockCount
from training.analysis.interval import FEWEST, Estimate, ratio_estimate
from training.analysis.pair_times import EpochEnds, LaneLength
from training.analysis.progress import LaneTimes
from training.analysis.rate_spans import MOST_S, NOTHING, StepTimes, added
from training.analysis.shared_parts import SharedPiece, equal_parts
from training.plan import LANES, Lane
from training.record.contention_records import RateSpan

Verdict = Literal["together", "sequential", "no clear difference", "unknown"]

SAME_WITHIN = 0.03
"""An interval that meets 1 plus or minus this is no clear difference."""


class Contention(Struct, frozen=True, omit_defaults=True):
    """What a run's blocks say. Rates are steps per second of a lane's whole time, its epoch ends included.

    `speedup`, `makespan_s` and `sequential_estimate_s` are steady, start-up left out, and for the lanes' own lengths;
    `speedup_whole` has the start-up in it. Rates alone are those of all blocks that count, or of a lane by itself where
    there is none; shared ones those of all undisturbed shared time. Intervals are 95 % t intervals over the blocks and
    as many equal parts of the shared time, of this run: another launch may differ by more. None is not known.
    """

    solo_steps_per_s: dict[Lane, float] = {}
    shared_steps_per_s: dict[Lane, float] = {}
    slowdown: dict[Lane, float] = {}
    stp: float | None = None
    stp_interval: tuple[float, float] | None = None
    antt: float | None = None
    fairness: float | None = None
    speedup: float | None = None
    interval: tuple[float, float] | None = None
    speedup_whole: float | None = None
    blocks: int = 0
    excluded: int = 0
    excluded_because: tuple[str, ...] = ()
    probe_cost_s: float | None = None
    stood_still_s: float | None = None
    """For how long lanes stood still for probes, whatever that cost."""
    shared_s: float | None = None
    """Time beside each other that counts."""
    shared_left_out_s: float | None = None
    """And that does not, as something disturbed it."""
    makespan_s: float | None = None
    sequential_estimate_s: float | None = None
    verdict: Verdict = "unknown"
    because: str = ""


@dataclass(frozen=True, slots=True)
class StartUp:
    """Seconds before the first step: each lane's own if it started alone, and what both took together."""

    alone_s: Mapping[Lane, float]
    together_s: float

    @property
    def is_possible(self) -> bool:
        """Whether these can be times at all."""
        return all(0 <= seconds <= MOST_S for seconds in (self.together_s, *self.alone_s.values()))


def contention(
    count: BlockCount,
    lengths: Mapping[Lane, LaneLength],
    *,
    start_up: StartUp | None = None,
    newest: int | None = None,
    why_unknown: str = "",
) -> Contention:
    """What the blocks say for lanes of these lengths.

    Args:
        count: the blocks.
        lengths: of both lanes; a pair without both has no speed-up, and an impossible one counts as none.
        start_up: for the speed-up of the whole; left out where not known or impossible.
        newest: only so many of the newest blocks, and the shared time since the first of them.
        why_unknown: what to say where there are too few blocks, in place of their number.
    """
    lengths = {lane: length for lane, length in lengths.items() if length.is_possible}
    blocks = count.counting(newest)
    excluded = count.excluded
    # Each once: how much it was stands in brackets behind it, and differs from block to block.
    reasons = (reason.partition(" (")[0] for block in excluded for reason in block.excluded_because)
    because = tuple(dict.fromkeys(reasons))
    shared_time = count.shared_pieces(blocks[0].index if blocks and newest is not None else None)
    solo, shared = _pooled(count, blocks, shared_time, lengths)
    told = Contention(
        solo_steps_per_s=solo,
        shared_steps_per_s=shared,
        slowdown={lane: solo[lane] / shared[lane] for lane in LANES if lane in solo and lane in shared},
        blocks=len(blocks),
        excluded=len(excluded),
        excluded_because=because,
        stood_still_s=count.cost_spans_s or None,
        shared_s=sum(piece.seconds for piece in shared_time) or None,
        shared_left_out_s=count.shared_left_out_s or None,
    )
    if not blocks or not shared_time:
        return structs.replace(told, because=why_unknown or _too_few(len(blocks), len(excluded), because))
    if any(lane not in lengths for lane in LANES):
        return structs.replace(told, because=why_unknown or "how long a lane trains is not known")
    return _judged(told, count, blocks, shared_time, lengths, start_up, why_unknown)


def pair_times(count: BlockCount, lengths: Mapping[Lane, LaneLength]) -> dict[Lane, LaneTimes]:
    """What the blocks say of both lanes' times; empty where no block counts, or a lane's length is not known."""
    blocks, shared_time = count.counting(), count.shared_pieces()
    known = {lane: length for lane, length in lengths.items() if length.is_possible}
    if not blocks or not shared_time or len(known) < len(LANES):
        return {}
    central, _ = _times(blocks, shared_time, known)
    return central


def _judged(
    told: Contention,
    count: BlockCount,
    blocks: Sequence[Block],
    shared_time: Sequence[SharedPiece],
    lengths: Mapping[Lane, LaneLength],
    start_up: StartUp | None,
    why_unknown: str,
) -> Contention:
    central, pairs = _times(blocks, shared_time, lengths)
    stp = _around(progress.stp(central), [progress.stp(pair) for pair in pairs])
    speedup = _around(progress.speedup(central), [progress.speedup(pair) for pair in pairs])
    verdict, because = verdict_of(stp, speedup)
    if verdict == "unknown":
        because = why_unknown or _too_few(len(blocks), told.excluded, told.excluded_because)
    makespan_s, sequential_s = progress.makespan_s(central), progress.sequential_s(central)
    whole = None
    if start_up is not None and start_up.is_possible:
        apart_s = sequential_s + sum(start_up.alone_s.values())
        whole = apart_s / (makespan_s + start_up.together_s)
    return structs.replace(
        told,
        slowdown={lane: central[lane].slowdown for lane in LANES},
        stp=stp.value,
        stp_interval=stp.interval,
        antt=progress.antt(central),
        fairness=progress.fairness(central),
        speedup=speedup.value,
        interval=speedup.interval,
        speedup_whole=whole,
        probe_cost_s=probe_cost_s(count.cost_spans_s, stp.value),
        makespan_s=makespan_s,
        sequential_estimate_s=sequential_s,
        verdict=verdict,
        because=because,
    )


def verdict_of(stp: Estimate, speedup: Estimate) -> tuple[Verdict, str]:
    """The verdict, decided on STP, and one sentence with its numbers."""
    if stp.interval is None or speedup.interval is None:
        return "unknown", ""
    low, high = stp.interval
    numbers = (
        f"throughput together is {stp.value:.2f} times that of taking turns ({low:.2f} to {high:.2f}, "
        f"{stp.count} blocks of this run)"
    )
    if low > 1 + SAME_WITHIN:
        return "together", numbers
    if high < 1 - SAME_WITHIN:
        return "sequential", numbers
    return "no clear difference", numbers


def probe_cost_s(stood_still_s: float, stp: float) -> float:
    """What probing took from the run: Σ window · (1 − 1/STP); below STP 1 a probe costs nothing."""
    return stood_still_s * max(0.0, 1.0 - 1.0 / stp)


def _times(
    blocks: Sequence[Block], shared_time: Sequence[SharedPiece], lengths: Mapping[Lane, LaneLength]
) -> tuple[dict[Lane, LaneTimes], list[dict[Lane, LaneTimes]]]:
    """The pair's times over all that was measured, and as many as there are blocks that tell how far these scatter."""
    ends = EpochEnds.of(blocks, [piece.spans for piece in shared_time])
    solo = [{lane: StepTimes.of(block.solo[lane]) for lane in LANES} for block in blocks]
    shared = equal_parts(shared_time, len(blocks))
    whole_solo = {lane: StepTimes(added(block.solo[lane] for block in blocks).step_s) for lane in LANES}
    whole_shared = {
        lane: StepTimes(added(piece.spans[lane] for piece in shared_time).step_s) for lane in LANES
    }
    pairs = zip(solo, shared, strict=True)
    return (
        ends.pair(whole_solo, whole_shared, lengths),
        [ends.pair(alone, beside, lengths) for alone, beside in pairs],
    )


def _around(value: float, ratios: Sequence[float]) -> Estimate:
    """The interval of what scatters, around the value over all."""
    estimate = ratio_estimate(ratios)
    if estimate is None or estimate.interval is None:
        return Estimate(value, None, len(ratios))
    low, high = (value * bound / estimate.value for bound in estimate.interval)
    return Estimate(value, (low, high), estimate.count)


def _pooled(
    count: BlockCount,
    blocks: Sequence[Block],
    shared_time: Sequence[SharedPiece],
    lengths: Mapping[Lane, LaneLength],
) -> tuple[dict[Lane, float], dict[Lane, float]]:
    """Steps per second of each lane's whole time, alone and shared, as far as anything tells them."""
    solo: dict[Lane, float] = {}
    shared: dict[Lane, float] = {}
    ends = EpochEnds.of(blocks, [piece.spans for piece in shared_time]) if blocks else None
    for lane in LANES:
        alone = added(block.solo[lane] for block in blocks) if blocks else count.baselines.get(lane, NOTHING)
        beside = added(piece.spans[lane] for piece in shared_time)
        per_epoch = lengths[lane].steps_per_epoch if lane in lengths else 0
        if alone.steps and alone.in_steps_s:
            solo[lane] = _whole_rate(alone, per_epoch, ends.solo_s[lane] if ends else None)
        if beside.steps and beside.in_steps_s:
            shared[lane] = _whole_rate(beside, per_epoch, ends.shared_s[lane] if ends else None)
    return solo, shared


def _whole_rate(span: RateSpan, steps_per_epoch: int, end_s: float | None) -> float:
    if end_s is None or not steps_per_epoch:
        return span.steps / (span.in_steps_s + span.outside_s)
    return 1.0 / (span.step_s + end_s / steps_per_epoch)


def _too_few(blocks: int, excluded: int, because: tuple[str, ...]) -> str:
    """Why there is no verdict, as one sentence without a full stop."""
    spoiled = f"; {excluded} disturbed: {', '.join(because)}" if excluded else ""
    return f"{only_blocks(blocks)} measured, at least {FEWEST} are needed{spoiled}"


def only_blocks(count: int) -> str:
    """How few blocks there are, in words."""
    return "no block" if not count else f"only {count} {'block' if count == 1 else 'blocks'}"
