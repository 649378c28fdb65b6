"""What a run or a bench that ended adds to the measurements that are kept."""

from __future__ import annotations

from collections.abc import Iterator

from training.analysis.contention import Contention
from training.analysis.report import LaneReport, Report
from training.plan import LANES, Lane, LanePlan, Plan, Sharing
from training.preset.volume import data_bytes
from training.record.measurement_records import (
    LaneMeasured,
    MeasuredOn,
    Measurement,
    PairMeasured,
    measured_on,
)
from training.record.measurement_store import keep


def remember_run(plan: Plan, report: Report) -> None:
    """Keep what a run measured; a state directory that cannot be written loses it, and nothing else."""
    _remember(*run_measurements(plan, report))


def remember_pair(plan: Plan, told: Contention, *, sharing: Sharing, at: str, launches: int = 1) -> None:
    """Keep what a bench measured of the two presets of `plan`.

    Args:
        plan: of any of the launches.
        told: over all launches.
        sharing: how they shared the device.
        at: when it ended, ISO 8601 with offset.
        launches: how many fresh launches it stands on.
    """
    pair = pair_measured(plan, told, sharing=sharing, at=at, launches=launches)
    if pair is not None:
        _remember(pair)


def run_measurements(plan: Plan, report: Report) -> Iterator[Measurement]:
    """Each lane of the run that trained where the plan says, and the pair where it was measured."""
    for lane, planned in plan.lanes.items():
        told = report.lanes.get(lane)
        if told is not None and _is_of(planned, told) and _trained(told) and told.no_gpu is None:
            yield _lane_measured(lane, plan, report, told)
    of_both = all(
        lane in plan.lanes and lane in report.lanes and _is_of(plan.lanes[lane], report.lanes[lane])
        for lane in LANES
    )
    if report.contention is not None and of_both and report.gpu_verdict_void is None:
        sharing = _sharing_of_shared_time(report)
        pair = pair_measured(plan, report.contention, sharing=sharing, at=report.ended_at)
        if pair is not None:
            yield pair


def pair_measured(
    plan: Plan, told: Contention, *, sharing: Sharing, at: str, launches: int = 1
) -> PairMeasured | None:
    """Two presets beside each other; None where it was not measured how they slow each other."""
    if told.speedup is None or any(lane not in told.slowdown for lane in LANES):
        return None
    return PairMeasured(
        on={lane: _on(lane, plan) for lane in LANES},
        digests={lane: plan.lanes[lane].digest for lane in LANES},
        presets={lane: plan.lanes[lane].preset_name for lane in LANES},
        run=plan.run,
        at=at,
        sharing=sharing,
        slowdown=told.slowdown,
        speedup=told.speedup,
        solo_steps_per_s=told.solo_steps_per_s,
        interval=told.interval,
        verdict=told.verdict,
        blocks=told.blocks,
        launches=launches,
    )


def _remember(*measurements: Measurement) -> None:
    try:
        keep(measurements)
    except OSError:
        return


def _trained(told: LaneReport) -> bool:
    """Whether there is anything to keep: steps, or a whole life of one that shows none."""
    return told.steps > 0 or (told.step_telemetry == "none" and told.status == "completed")


def _is_of(planned: LanePlan, told: LaneReport) -> bool:
    """A lane that was followed by another preset is reported as that one."""
    return planned.preset_name == told.preset


def _on(lane: Lane, plan: Plan) -> MeasuredOn:
    return measured_on(plan.device_of(lane), plan.versions, plan.lanes[lane].preset.fit.backend)


def _lane_measured(lane: Lane, plan: Plan, report: Report, told: LaneReport) -> LaneMeasured:
    preset, limits = plan.lanes[lane].preset, plan.limits
    on = _on(lane, plan)
    unlimited = limits.epochs is None and limits.steps is None and limits.minutes is None
    # In one process each lane's memory is the other's as well.
    peak_bytes = None if report.sharing == "one-process" else told.peak_memory_bytes
    return LaneMeasured(
        on=on,
        digest=plan.lanes[lane].digest,
        preset=told.preset,
        run=report.run,
        lane=lane,
        at=report.ended_at,
        sharing=report.sharing,
        status=told.status,
        steps=told.steps,
        train_s=told.train_s if told.steps else told.wall_s,
        beside=next((other.preset for name, other in report.lanes.items() if name != lane), None),
        is_whole=unlimited and told.status == "completed",
        steps_per_s=told.steps_per_s or None,
        solo_steps_per_s=_solo_rate(lane, report) or None,
        solo_disturbed_share=None if _was_probed(lane, report) else told.disturbed_share,
        peak_memory_bytes=peak_bytes,
        peak_is_estimate=told.memory_estimated,
        is_capped=on.kind == "gpu" and preset.device.memory != "growth",
        data_bytes=data_bytes(preset.data),
    )


def _solo_rate(lane: Lane, report: Report) -> float | None:
    """Its rate while nobody trained beside it: as measured, else that of a lane that was alone throughout."""
    told = report.contention
    if told is not None and _was_probed(lane, report):
        return told.solo_steps_per_s[lane]
    in_turn = report.sharing == "sequential" and report.sharing_asked in (None, "sequential")
    was_shared = told is not None and bool(told.shared_steps_per_s)
    alone = len(report.lanes) == 1 or (in_turn and not was_shared)
    return report.lanes[lane].steps_per_s if alone else None


def _was_probed(lane: Lane, report: Report) -> bool:
    return report.contention is not None and lane in report.contention.solo_steps_per_s


def _sharing_of_shared_time(report: Report) -> Sharing:
    """A run that took turns in the end was measured while it did not."""
    if report.sharing == "sequential" and report.sharing_asked is not None:
        return report.sharing_asked
    return report.sharing
