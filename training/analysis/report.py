"""The outcome of a run: `report.json`, made from the run's records."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from training.analysis.lane_outcome import LaneOutcome, read_lane_outcome
from training.analysis.lane_peaks import peak_memory
from training.plan import Lane, Plan, Sharing
from training.record.event_records import EventRecord, LaneEnded, LaneStatus, Launched
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

REPORT_SCHEMA = 1


class ReportError(ValueError):
    """A report that cannot be read."""


class ReportedDevice(Struct, frozen=True):
    """The device of the run."""

    kind: Literal["cpu", "gpu"]
    name: str
    uuid: str | None
    memory_bytes: int | None


class ReportedError(Struct, frozen=True):
    """Why a lane failed."""

    kind: str
    message: str
    hint: str = ""


class ReportedNoGpu(Struct, frozen=True):
    """Why a lane trained on the CPU though a GPU was chosen."""

    why: str
    remedy: str = ""


class LaneReport(Struct, frozen=True):
    """One lane's outcome.

    `wall_s` is its whole life; `train_s` runs from its release at the barrier to its last step, pauses taken off;
    `steps_per_s` is the rate over `train_s`, warm-up steps left out. `first_loss` and `last_loss` are means of the
    first and last epoch, or of the first and last twentieth of the steps where there are fewer than two epochs.
    """

    preset: str
    status: LaneStatus
    exit_code: int | None
    error: ReportedError | None
    steps: int
    epochs: int
    samples: int
    wall_s: float
    train_s: float
    first_loss: float | None
    last_loss: float | None
    steps_per_s: float | None
    peak_memory_bytes: int | None
    model_path: str | None
    trained_on: str = ""
    """The framework's name of its device, as "GPU:0" or "CPU"; empty where it did not come so far."""
    no_gpu: ReportedNoGpu | None = None


class Monitor(Struct, frozen=True):
    """What watching cost: the supervisor's own CPU seconds and peak RSS."""

    cpu_s: float
    wall_s: float
    peak_rss_bytes: int


class Report(Struct, frozen=True):
    """What `report.json` holds; later versions add keys and rename none."""

    run: str
    started_at: str
    ended_at: str
    sharing: Sharing
    device: ReportedDevice
    lanes: dict[Lane, LaneReport]
    monitor: Monitor
    schema: int = REPORT_SCHEMA

    @property
    def outcome(self) -> LaneStatus:
        """The run's outcome: a lane that failed outweighs one that was stopped."""
        statuses = {lane.status for lane in self.lanes.values()}
        if "failed" in statuses:
            return "failed"
        return "stopped" if "stopped" in statuses else "completed"


def build_report(folder: RunFolder, plan: Plan, started_at: datetime, monitor: Monitor) -> Report:
    """Make the report of a run whose lanes have all ended."""
    launched: dict[Lane, float] = {}
    ended: dict[Lane, LaneEnded] = {}
    reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
    for record in reader.read_new():
        if isinstance(record, Launched):
            launched[record.lane] = record.t
        elif isinstance(record, LaneEnded):
            ended[record.lane] = record
    peaks = peak_memory(folder)
    ended_at = started_at + timedelta(seconds=monitor.wall_s)
    return Report(
        run=plan.run,
        started_at=started_at.isoformat(timespec="seconds"),
        ended_at=ended_at.isoformat(timespec="seconds"),
        sharing=plan.sharing,
        device=ReportedDevice(plan.device.kind, plan.device.name, plan.device.uuid, plan.device.memory_bytes),
        lanes={
            lane: _lane_report(
                lane_plan.preset_name,
                ended.get(lane),
                launched.get(lane),
                read_lane_outcome(folder.lane_records(lane)),
                peaks.get(lane),
            )
            for lane, lane_plan in plan.lanes.items()
        },
        monitor=monitor,
    )


def write_report(report: Report, path: Path) -> None:
    """Write the report whole or not at all."""
    half = path.with_name(f"half-{path.name}")
    half.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    half.replace(path)


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        ReportError: there is none, or it is damaged.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError) as error:
        raise ReportError(f"{path}: no report that can be read: {error}") from error


def _lane_report(
    preset_name: str, ended: LaneEnded | None, launched_t: float | None, told: LaneOutcome, peak: int | None
) -> LaneReport:
    status: LaneStatus = "failed" if ended is None else ended.status
    error = None
    if ended is not None and ended.status == "failed":
        error = ReportedError(ended.kind, ended.message, ended.hint)
    wall_s = 0.0 if ended is None or launched_t is None else ended.t - launched_t
    return LaneReport(
        preset=preset_name,
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
        peak_memory_bytes=peak,
        model_path=told.model_path,
        trained_on=told.trained_on,
        no_gpu=None if told.no_gpu is None else ReportedNoGpu(told.no_gpu.why, told.no_gpu.remedy),
    )
