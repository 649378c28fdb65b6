"""Did sharing change the training? A lane's loss by step beside that of runs in which its preset trained alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct, structs

from training.analysis.loss_by_step import LossBySteps, read_loss_by_steps
from training.analysis.report import Report, ReportError, read_report
from training.analysis.solo_runs import solo_lanes, was_solo
from training.plan import Lane, read_plan
from training.record.run_folder import RunFolder, list_run_folders

DriftVerdict = Literal["as alone", "changed", "not known"]

FEWEST_SOLO = 2
"""One run alone says nothing of how far two may lie apart."""
FEWEST_BUCKETS = 8
SPREAD_FACTOR = 6.0
"""So many standard deviations of a single run are outside: of two or three runs the spread itself is badly known.

Of runs that differ by chance alone, and keep to their side of the others for long, fewer than one in twenty is flagged.
"""
IN_A_ROW = 3
"""So many buckets on the same side: a single one is a batch that was cut elsewhere."""
NEIGHBOURS = 30
"""The spread at a step is that of so many buckets to either side: of few runs a single one says little."""
SAME_WITHIN = 1e-6
"""As a share of the loss: sums of the same numbers taken in another order."""


class TrainingDrift(Struct, frozen=True):
    """What one lane's loss by step says; `step` and the losses are of the first step outside the spread."""

    verdict: DriftVerdict
    because: str
    solo_runs: tuple[str, ...] = ()
    """The runs whose lanes trained the same preset with the same seed alone."""
    steps_compared: int = 0
    step: int | None = None
    loss: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def sentence(self) -> str:
        """Verdict and reason in one."""
        return f"{self.verdict}: {self.because}"


def training_drift(
    folder: RunFolder, folders: Iterable[RunFolder] | None = None
) -> dict[Lane, TrainingDrift]:
    """Hold each lane of a run against the runs on record in which its preset trained alone, with the same seed.

    Reads at most a few lanes' records for each lane, each to a fixed number of them: a second's work, not for a live
    view.

    Args:
        folder: the run.
        folders: the runs on record, newest first; those of the state directory when None.

    Raises:
        PlanError: the run has no plan that can be read.
    """
    plan = read_plan(folder.plan)
    if was_solo(plan, _report(folder)):
        alone = TrainingDrift("not known", "nobody trained beside it")
        return dict.fromkeys(plan.lanes, alone)
    known = list(list_run_folders() if folders is None else folders)
    told: dict[Lane, TrainingDrift] = {}
    for lane in plan.lanes:
        solo = solo_lanes(plan, lane, known, folder)
        if len(solo) < FEWEST_SOLO:
            told[lane] = TrainingDrift("not known", _too_few_runs(len(solo)), tuple(one.run for one in solo))
            continue
        drift = drift_of(
            read_loss_by_steps(folder.lane_records(lane)), [read_loss_by_steps(one.records) for one in solo]
        )
        told[lane] = structs.replace(drift, solo_runs=tuple(dict.fromkeys(one.run for one in solo)))
    return told


def drift_of(shared: LossBySteps, solo: Sequence[LossBySteps]) -> TrainingDrift:
    """Hold one training's loss by step against the spread of at least two others'."""
    width = max(one.least_width for one in (shared, *solo))
    losses = shared.means(width)
    others = [one.means(width) for one in solo]
    steps = [step for step in losses if all(step in other for other in others)]
    if len(steps) < FEWEST_BUCKETS:
        return TrainingDrift(
            "not known", f"only {len(steps) * width} steps in common with {len(solo)} trainings alone"
        )
    bands = _bands(steps, others)
    outside = _first_outside([losses[step] for step in steps], bands)
    compared = steps[-1]
    if outside is None:
        because = f"its loss is as in {len(solo)} trainings alone, up to step {compared}"
        return TrainingDrift("as alone", because, steps_compared=compared)
    step, loss, (low, high) = steps[outside], losses[steps[outside]], bands[outside]
    because = f"its loss is {loss:.4g} at step {step}, where {len(solo)} trainings alone allow {low:.4g} to {high:.4g}"
    return TrainingDrift(
        "changed", because, steps_compared=compared, step=step, loss=loss, low=low, high=high
    )


def _bands(steps: Sequence[int], others: Sequence[dict[int, float]]) -> list[tuple[float, float]]:
    """At each step, between what and what one more run alone may lie."""
    count = len(others)
    means = [sum(other[step] for other in others) / count for step in steps]
    variances = [
        sum((other[step] - mean) ** 2 for other in others) / (count - 1)
        for step, mean in zip(steps, means, strict=True)
    ]
    bands: list[tuple[float, float]] = []
    for index, mean in enumerate(means):
        near = variances[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1]
        deviation = math.sqrt(sum(near) / len(near) * (1 + 1 / count))
        half = max(SPREAD_FACTOR * deviation, SAME_WITHIN * abs(mean))
        bands.append((mean - half, mean + half))
    return bands


def _first_outside(losses: Sequence[float], bands: Sequence[tuple[float, float]]) -> int | None:
    """Where the first few in a row begin that are all above, or all below, their bands."""
    row, side_before = 0, 0
    for index, (loss, (low, high)) in enumerate(zip(losses, bands, strict=True)):
        side = (loss > high) - (loss < low)
        row = row + 1 if side and side == side_before else abs(side)
        side_before = side
        if row == IN_A_ROW:
            return index - IN_A_ROW + 1
    return None


def _too_few_runs(count: int) -> str:
    on_record = {0: "none is", 1: "one is"}[count]
    return f"needs two solo runs of this preset and seed, {on_record} on record"


def _report(folder: RunFolder) -> Report | None:
    try:
        return read_report(folder.report)
    except ReportError:
        return None
