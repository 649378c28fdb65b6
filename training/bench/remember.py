"""Hand what a bench measured of a pair to what is kept for forecasts."""

from __future__ import annotations

from datetime import datetime

from training.analysis.contention import Contention, Verdict
from training.analysis.remembering import remember_pair
from training.bench.folder import BenchFolder
from training.bench.mode_report import ModeReport, ModeVerdict
from training.bench.pair_report import PairReport
from training.plan import PlanError, read_plan

_VERDICTS: dict[ModeVerdict, Verdict] = {
    "faster": "together",
    "slower": "sequential",
    "no clear difference": "no clear difference",
    "unknown": "unknown",
}


def remember_what_was_measured(folder: BenchFolder, told: PairReport) -> None:
    """Keep each mode of the pair that was measured."""
    at = datetime.now().astimezone().isoformat(timespec="seconds")
    for mode in told.modes:
        if mode.own_lengths is None or not mode.runs:
            continue
        try:
            plan = read_plan(folder.run(mode.runs[-1]).plan)
        except PlanError:
            continue  # the launch's folder is gone: what it measured stands in the report
        remember_pair(plan, as_contention(mode), sharing=mode.sharing, at=at, launches=mode.launches)


def as_contention(mode: ModeReport) -> Contention:
    """One mode over all its launches, in the words of a run's report."""
    own = mode.own_lengths
    return Contention(
        solo_steps_per_s=mode.solo_steps_per_s,
        shared_steps_per_s=mode.shared_steps_per_s,
        slowdown=mode.slowdown,
        stp=mode.stp,
        stp_interval=mode.stp_interval,
        antt=mode.antt,
        fairness=mode.fairness,
        speedup=None if own is None else own.speedup,
        interval=None if own is None else own.interval,
        speedup_whole=mode.speedup_whole,
        blocks=mode.blocks,
        excluded=mode.excluded,
        excluded_because=mode.excluded_because,
        makespan_s=None if own is None else own.makespan_s,
        sequential_estimate_s=None if own is None else own.sequential_s,
        verdict=_VERDICTS[mode.verdict],
        because=mode.because,
    )
