"""The report of a run whose lanes have ended, made from its records."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from training.analysis.contention_history import ContentionHistory
from training.analysis.device_outcome import DeviceOutcome, LaneMemory, read_device_outcome
from training.analysis.disturbed_time import DisturbedTime
from training.analysis.energy import energy_j_per_1000_samples, pair_energy_j
from training.analysis.lane_outcome import LaneOutcome, read_lane_outcome
from training.analysis.report import (
    LaneReport,
    Monitor,
    OthersSeen,
    Report,
    ReportedDevice,
    ReportedError,
    ReportedNoGpu,
    SharingSince,
)
from training.analysis.reported_contention import reported_contention, why_void
from training.analysis.run_course import LaneLife, RunCourse
from training.analysis.written_losses import WrittenLosses
from training.plan import Plan, PlannedDevice
from training.record.device_records import DeviceRecord
from training.record.event_records import DeviceLost, EventRecord, LaneStatus
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


def build_report(folder: RunFolder, plan: Plan, started_at: datetime, monitor: Monitor) -> Report:
    """Make the report of a run whose lanes have all ended."""
    course, contention, losses = RunCourse(folder, plan), ContentionHistory(plan), WrittenLosses()
    device_lost: str | None = None
    reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
    for record in reader.read_new():
        contention.take_event(record)
        course.take(record)
        losses.take(record)
        if isinstance(record, DeviceLost):
            device_lost = record.message
    told = {
        lane: read_lane_outcome(course.now[lane].records, partial(contention.take_lane_record, lane))
        for lane in plan.lanes
    }
    earlier = {
        lane: [(life, read_lane_outcome(life.records)) for life in lives]
        for lane, lives in course.earlier.items()
    }
    losses.complete(told, earlier, course)
    everybody = [*told.values(), *(outcome for lives in earlier.values() for _, outcome in lives)]
    disturbed = DisturbedTime(plan.device.kind)

    def also(record: DeviceRecord) -> None:
        contention.take_device_record(record)
        disturbed.take(record)

    seen = read_device_outcome(folder, also, course.taken_over_t)
    for outcome in everybody:
        outcome.note_disturbances(disturbed)
    spans = [outcome.trained for outcome in everybody if outcome.trained is not None]
    on_cpu = [lane for lane, outcome in told.items() if outcome.no_gpu is not None]
    energy_j = pair_energy_j(seen.energy, spans)
    all_on_gpu = all(outcome.no_gpu is None for outcome in everybody)
    per_1000 = energy_j_per_1000_samples(seen.energy, spans) if all_on_gpu else None
    void = why_void(plan, on_cpu, device_lost)
    return Report(
        run=plan.run,
        started_at=started_at.isoformat(timespec="seconds"),
        ended_at=(started_at + timedelta(seconds=monitor.wall_s)).isoformat(timespec="seconds"),
        sharing=course.sharing,
        device=_device(plan.device),
        lanes={lane: _lane_report(course.now[lane], outcome, seen, plan) for lane, outcome in told.items()},
        monitor=monitor,
        sharing_asked=plan.sharing,
        why_sharing_changed=course.changes[-1].because if course.changes else "",
        retry_of=plan.retry_of,
        device_lost=device_lost,
        energy_j=None if energy_j is None else round(energy_j, 1),
        energy_j_per_1000_samples=None if per_1000 is None else round(per_1000, 3),
        event_reasons_s={reason: round(s, 1) for reason, s in seen.clock_holds.seconds().items()},
        contention=reported_contention(contention.contention(), plan, void, beside=contention.trained_beside),
        limits=() if void else contention.limits(),
        others=_others(seen),
        gpu_verdict_void=void,
        earlier_lanes={
            lane: tuple(_lane_report(life, outcome, seen, plan) for life, outcome in lives)
            for lane, lives in earlier.items()
        },
        sharing_changes=tuple(
            SharingSince(round(change.t, 3), change.after, change.because) for change in course.changes
        ),
    )


def _device(planned: PlannedDevice) -> ReportedDevice:
    return ReportedDevice(
        planned.kind, planned.name, planned.uuid, planned.memory_bytes, planned.mig_of, planned.unified
    )


def _others(seen: DeviceOutcome) -> OthersSeen | None:
    if not seen.other_pids:
        return None
    return OthersSeen(len(seen.other_pids), seen.others_peak_bytes, tuple(seen.other_names))


def _lane_report(life: LaneLife, told: LaneOutcome, seen: DeviceOutcome, plan: Plan) -> LaneReport:
    ended, own_device = life.ended or told.own_end(life.lane), plan.lane_devices.get(life.lane)
    memory = seen.memory.get((life.lane, life.number), LaneMemory())
    status: LaneStatus = "failed" if ended is None else ended.status
    error = None
    if ended is not None and ended.status == "failed":
        log_tail = ended.log_tail if ended.kind in ("script-error", "program-error") else ()
        error = ReportedError(ended.kind, ended.message, ended.hint, ended.held, log_tail)
    wall_s = 0.0 if ended is None or life.launched is None else ended.t - life.launched.t
    return LaneReport(
        preset=life.preset_name,
        status=status,
        exit_code=None if ended is None else ended.exit_code,
        error=error,
        steps=told.steps,
        epochs=told.epochs,
        samples=told.samples,
        wall_s=round(wall_s, 3),
        train_s=round(told.train_s, 3),
        first_loss=told.first_loss,
        last_loss=told.last_loss,
        steps_per_s=told.steps_per_s,
        peak_memory_bytes=memory.peak_bytes,
        model_path=life.path_now(told.model_path),
        trained_on=told.trained_on,
        no_gpu=None if told.no_gpu is None else ReportedNoGpu(told.no_gpu.why, told.no_gpu.remedy),
        threads=told.threads,
        backend=told.backend,
        need_peak_bytes=told.need_peak_bytes,
        memory_source=memory.source,
        memory_estimated=memory.estimated,
        device=None if own_device is None else _device(own_device),
        memory_in=seen.footprint_of(life.lane) if plan.sharing == "one-process" else None,
        step_telemetry=told.telemetry,
        disturbed_share=told.disturbed_share,
    )
