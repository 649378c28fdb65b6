"""One pair of presets, run as asked from its launch to its report."""

from __future__ import annotations

from dataclasses import dataclass

from training.analysis.contention import Contention
from training.analysis.lane_outcome import read_lane_outcome
from training.analysis.report import Report, read_report
from training.launch import LaunchRequest, launch
from training.meters.devices import list_devices
from training.plan import LANES, Lane, Limits, Probing, Sharing

CALIBRATE_MINUTES = 0.2

UNPROBED = Probing(enabled=False)

Steps = dict[Lane, int]


@dataclass(frozen=True)
class PairRun:
    """What a run of a pair took. `span_s` is from the first release to the last step, `train_s` each lane's own."""

    span_s: float
    train_s: dict[Lane, float]
    steps_per_s: dict[Lane, float]
    report: Report

    @property
    def contention(self) -> Contention:
        """What the run itself said of its lanes."""
        return self.report.contention or Contention()


def run_pair(
    presets: tuple[str, str],
    *,
    sharing: Sharing = "together",
    steps: Steps | None = None,
    minutes: float | None = None,
    probing: Probing = UNPROBED,
) -> PairRun:
    """Train the pair on the CPU, each lane for its own steps or for so many minutes, or until it is probed."""
    overrides = [f"{lane}.fit.steps={count}" for lane, count in (steps or {}).items()]
    request = LaunchRequest(
        presets=dict(zip(LANES, presets, strict=True)),
        device="cpu",
        sharing=sharing,
        limits=Limits(minutes=minutes),
        overrides=overrides,
        probing=probing,
    )
    launched = launch(request, list_devices())
    launched.supervisor.wait()
    report = read_report(launched.folder.report)
    outcomes = {lane: read_lane_outcome(launched.folder.lane_records(lane)) for lane in LANES}
    assert report.outcome == ("stopped" if probing.then_stop else "completed"), report
    spans = [outcome.trained for outcome in outcomes.values() if outcome.trained is not None]
    return PairRun(
        span_s=max(span.last_step_t for span in spans) - min(span.released_t for span in spans),
        train_s={lane: outcome.train_s for lane, outcome in outcomes.items()},
        steps_per_s={lane: outcome.steps_per_s or 0.0 for lane, outcome in outcomes.items()},
        report=report,
    )


def steps_for(presets: tuple[str, str], train_s: float) -> Steps:
    """So many that both, together, would end together after that time."""
    shared = run_pair(presets, minutes=CALIBRATE_MINUTES)
    return {lane: max(100, round(shared.steps_per_s[lane] * train_s)) for lane in LANES}
