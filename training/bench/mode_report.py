"""What the launches of one pair in one mode say together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from training.analysis import progress
from training.analysis.contention import SAME_WITHIN
from training.analysis.interval import FEWEST, Estimate, ratio_estimate
from training.analysis.progress import LaneTimes, Pair
from training.bench.figures import LaunchFigures, geometric_mean
from training.bench.own_energy import own_energy_j
from training.plan import LANES, Lane, Sharing

ModeVerdict = Literal["faster", "slower", "no clear difference", "unknown"]
"""Against one after the other, by the throughput's interval."""

IntervalOver = Literal["launches", "blocks"]
"""What was repeated: fresh launches where there are at least three; else only the blocks within each."""

EQUAL_TIME_S = 60.0


class Makespan(Struct, frozen=True):
    """Seconds until both have ended, at once and one after the other; steady, start-up left out."""

    makespan_s: float
    sequential_s: float
    speedup: float
    interval: tuple[float, float] | None = None


class ModeReport(Struct, frozen=True, omit_defaults=True):
    """One mode of one pair. Rates are steps per second of a lane's whole time, its epoch ends included.

    STP, ANTT and fairness are Eyerman and Eeckhout's; slowdowns and makespans are for the presets' own lengths. The
    solo rates are those of the windows of the same launches. Peaks are the highest of any launch; in one process each
    lane's is of both. None and absent are
    not known; where `why_not` says something nothing was measured.
    """

    sharing: Sharing
    verdict: ModeVerdict = "unknown"
    because: str = ""
    """The verdict in a sentence with its numbers, or why there is none."""
    why_not: str = ""
    launches: int = 0
    """Launches that count."""
    failed_because: tuple[str, ...] = ()
    """A sentence for each launch that measured nothing, where others did."""
    blocks: int = 0
    excluded: int = 0
    excluded_because: tuple[str, ...] = ()
    interval_over: IntervalOver | None = None
    solo_steps_per_s: dict[Lane, float] = {}
    shared_steps_per_s: dict[Lane, float] = {}
    slowdown: dict[Lane, float] = {}
    stp: float | None = None
    stp_interval: tuple[float, float] | None = None
    antt: float | None = None
    fairness: float | None = None
    equal_time: Makespan | None = None
    """Both train for a minute at once, against the same steps one after the other: its speed-up is STP."""
    own_lengths: Makespan | None = None
    """Both train as long as their presets say."""
    speedup_whole: float | None = None
    """For their own lengths, start-up included."""
    peak_memory_bytes: dict[Lane, int] = {}
    need_peak_bytes: dict[Lane, int] = {}
    energy_j: float | None = None
    """Of the whole device, for the presets' own lengths; an estimate from its power alone and shared."""
    sequential_energy_j: float | None = None
    runs: tuple[str, ...] = ()
    """The folders under `runs/` of the launches that count."""


def mode_report(
    sharing: Sharing,
    launches: Sequence[LaunchFigures],
    *,
    runs: Sequence[str] = (),
    failed_because: Sequence[str] = (),
) -> ModeReport:
    """Put together what was measured.

    Args:
        sharing: the mode.
        launches: those with a block that counts.
        runs: the folders of these.
        failed_because: a sentence for each of the others that were made.
    """
    timed = [one for one in launches if all(lane in one.alone_s and lane in one.shared_s for lane in LANES)]
    if not timed:
        return ModeReport(sharing, why_not=next(iter(failed_because), "nothing was measured"))
    times = _times(timed)
    stp, over = _estimate(progress.stp(times), timed, _launch_stp, lambda one: one.contention.stp_interval)
    speedup, _ = _estimate(
        progress.speedup(times), timed, _launch_speedup, lambda one: one.contention.interval
    )
    blocks = sum(one.blocks for one in timed)
    verdict, because = _verdict(stp, _over_text(over, len(timed), blocks))
    energy_j, sequential_j = own_energy_j(times, *_power(timed))
    return ModeReport(
        sharing=sharing,
        verdict=verdict,
        because=because,
        launches=len(timed),
        failed_because=tuple(failed_because),
        blocks=blocks,
        excluded=sum(one.contention.excluded for one in timed),
        excluded_because=tuple(
            dict.fromkeys(why for one in timed for why in one.contention.excluded_because)
        ),
        interval_over=over if stp.interval is not None else None,
        solo_steps_per_s=_mean_by_lane([one.contention.solo_steps_per_s for one in timed]),
        shared_steps_per_s=_mean_by_lane([one.contention.shared_steps_per_s for one in timed]),
        slowdown={lane: times[lane].slowdown for lane in LANES},
        stp=stp.value,
        stp_interval=stp.interval,
        antt=progress.antt(times),
        fairness=progress.fairness(times),
        equal_time=Makespan(EQUAL_TIME_S, EQUAL_TIME_S * stp.value, stp.value, stp.interval),
        own_lengths=Makespan(
            progress.makespan_s(times), progress.sequential_s(times), speedup.value, speedup.interval
        ),
        speedup_whole=_mean([one.contention.speedup_whole for one in timed]),
        peak_memory_bytes=_most_by_lane([one.peak_memory_bytes for one in timed]),
        need_peak_bytes=_most_by_lane([one.need_peak_bytes for one in timed]),
        energy_j=energy_j,
        sequential_energy_j=sequential_j,
        runs=tuple(runs),
    )


def _over_text(over: IntervalOver, launches: int, blocks: int) -> str:
    if over == "launches":
        return f"{launches} launches"
    if launches == 1:
        return f"{blocks} blocks of one launch"
    return f"the blocks within each of {launches} launches, the widest of them"


def _verdict(stp: Estimate, over: str) -> tuple[ModeVerdict, str]:
    if stp.interval is None:
        return "unknown", f"too little was measured for an interval: {FEWEST} blocks or launches are needed"
    low, high = stp.interval
    numbers = f"throughput {stp.value:.2f} times that of taking turns ({low:.2f} to {high:.2f}, {over})"
    if low > 1 + SAME_WITHIN:
        return "faster", numbers
    return ("slower" if high < 1 - SAME_WITHIN else "no clear difference"), numbers


def _times(launches: Sequence[LaunchFigures]) -> dict[Lane, LaneTimes]:
    """The geometric mean of the launches' times, so that every figure told comes from one pair of times."""
    return {
        lane: LaneTimes(
            geometric_mean([one.alone_s[lane] for one in launches]),
            geometric_mean([one.shared_s[lane] for one in launches]),
        )
        for lane in LANES
    }


def _own_times(one: LaunchFigures) -> Pair:
    return {lane: LaneTimes(one.alone_s[lane], one.shared_s[lane]) for lane in LANES}


def _launch_stp(one: LaunchFigures) -> float:
    return progress.stp(_own_times(one))


def _launch_speedup(one: LaunchFigures) -> float:
    return progress.speedup(_own_times(one))


def _estimate(
    value: float,
    launches: Sequence[LaunchFigures],
    ratio: Callable[[LaunchFigures], float],
    interval_of_blocks: Callable[[LaunchFigures], tuple[float, float] | None],
) -> tuple[Estimate, IntervalOver]:
    """A t interval over launches, put around `value`; with fewer than three the widest of their own over blocks."""
    over_launches = ratio_estimate([ratio(one) for one in launches])
    if over_launches is not None and over_launches.interval is not None:
        low, high = (value * bound / over_launches.value for bound in over_launches.interval)
        return Estimate(value, (low, high), len(launches)), "launches"
    intervals = [interval_of_blocks(one) for one in launches]
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(launches):
        return Estimate(value, None, len(launches)), "blocks"
    widest = (min(low for low, _ in known), max(high for _, high in known))
    return Estimate(value, widest, len(launches)), "blocks"


def _power(launches: Sequence[LaunchFigures]) -> tuple[dict[Lane, float], float | None]:
    solo = _mean_by_lane([one.solo_power_w for one in launches])
    return solo, _mean([one.shared_power_w for one in launches])


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return geometric_mean(known) if known else None


def _mean_by_lane(told: Sequence[Mapping[Lane, float]]) -> dict[Lane, float]:
    means = {lane: _mean([one.get(lane) for one in told]) for lane in LANES}
    return {lane: value for lane, value in means.items() if value is not None}


def _most_by_lane(told: Sequence[Mapping[Lane, int]]) -> dict[Lane, int]:
    return {
        lane: max(one[lane] for one in told if lane in one)
        for lane in LANES
        if any(lane in one for one in told)
    }
