"""The outcome of a run, as `report.json` holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from training.analysis.contention import Contention
from training.analysis.pair_limits import PairLimit
from training.analysis.reported_contention import every_key, known_keys
from training.plan import Lane, Sharing
from training.record.device_records import EventReason
from training.record.event_records import LaneStatus, MemoryHolder
from training.record.script_records import StepTelemetry
from training.record.whole_file import write_whole

REPORT_SCHEMA = 1
SHORTEST_WATCHED_S = 5.0
"""Of a run that was over sooner, what its supervisor cost is its own start and end, and no share of a core."""


class ReportError(ValueError):
    """A report that cannot be read."""


class ReportedDevice(Struct, frozen=True):
    """A device; `mig_of` is the UUID of the GPU that a MIG instance is part of.

    With `unified` the GPU has no memory of its own: `memory_bytes` is the machine's.
    """

    kind: Literal["cpu", "gpu"]
    name: str
    uuid: str | None
    memory_bytes: int | None
    mig_of: str | None = None
    unified: bool = False


class ReportedError(Struct, frozen=True):
    """Why a lane failed; `held` is who held the device's memory, where the lane ran out of it.

    `log_tail` is the end of the log of a script or program, which alone says what it failed of.
    """

    kind: str
    message: str
    hint: str = ""
    held: tuple[MemoryHolder, ...] = ()
    log_tail: tuple[str, ...] = ()


class ReportedNoGpu(Struct, frozen=True):
    """Why a lane trained on the CPU though a GPU was chosen."""

    why: str
    remedy: str = ""


class OthersSeen(Struct, frozen=True):
    """The processes on the device that were not the run's: how many in all, the most they held together, some names."""

    count: int
    peak_bytes: int | None = None
    names: tuple[str, ...] = ()


class LaneReport(Struct, frozen=True):
    """One lane's outcome.

    `wall_s` is its whole life; `train_s` runs from its release at the barrier to its last step, pauses taken off;
    `steps_per_s` is the rate over `train_s`, warm-up steps left out. `first_loss` and `last_loss` are means of the
    first and last epoch, or of the first and last twentieth of the steps where there are fewer than two epochs.
    `peak_memory_bytes` is the footprint, all that the lane's processes held; `need_peak_bytes` what the framework
    itself reports to have needed of it.
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
    threads: dict[str, int] = {}
    """The framework's thread pools by name ("intra_op", "inter_op"); on a CPU a part of every result."""
    backend: str = ""
    """What it trained on with its version, as "JAX 0.10.2"; empty for TensorFlow."""
    need_peak_bytes: int | None = None
    memory_source: str = ""
    """Who told the footprint: "nvml", or "host" for RSS."""
    memory_estimated: bool = False
    """Whether the footprint was at any time inferred, not told."""
    device: ReportedDevice | None = None
    """The lane's own MIG instance, where each lane had one."""
    memory_in: Lane | None = None
    """Where one process trains both lanes: in whose footprint this lane's memory is, its own or the other's."""
    step_telemetry: StepTelemetry = "each"
    """How a script's or program's steps were told; with "none" there are none, whatever it did."""
    disturbed_share: float | None = None
    """Share of its training, 0 to 1, in which others on the device or its CPUs, or heat, disturbed it."""


class Monitor(Struct, frozen=True):
    """What watching cost: the supervisor's own CPU seconds and peak RSS."""

    cpu_s: float
    wall_s: float
    peak_rss_bytes: int

    @property
    def core_percent(self) -> float | None:
        """How much of one core that was; None of a run too short to tell."""
        return 100 * self.cpu_s / self.wall_s if self.wall_s >= SHORTEST_WATCHED_S else None


class SharingSince(Struct, frozen=True):
    """From `t` on, in seconds since the run began, the lanes shared the device so, and why."""

    t: float
    sharing: Sharing
    because: str


class Report(Struct, frozen=True):
    """What `report.json` holds; later versions add keys and rename none.

    `sharing` is what held at the end. `energy_j` is the whole device's from the first release to the last step.
    """

    run: str
    started_at: str
    ended_at: str
    sharing: Sharing
    device: ReportedDevice
    lanes: dict[Lane, LaneReport]
    monitor: Monitor
    schema: int = REPORT_SCHEMA
    sharing_asked: Sharing | None = None
    why_sharing_changed: str = ""
    retry_of: str | None = None
    device_lost: str | None = None
    energy_j: float | None = None
    energy_j_per_1000_samples: float | None = None
    event_reasons_s: dict[EventReason, float] = {}
    """For how long each reason held the device's clocks down."""
    contention: Contention | None = None
    """How much the lanes slowed each other and the verdict; None in reports from before it was measured."""
    limits: tuple[PairLimit, ...] = ()
    """What limited the pair, each with its evidence; empty where one lane had the device to itself."""
    others: OthersSeen | None = None
    """None where nobody else was on the device, or it is not known."""
    gpu_verdict_void: str | None = None
    """Why nothing here may be taken as a verdict about the GPU."""
    earlier_lanes: dict[Lane, tuple[LaneReport, ...]] = {}
    """Who trained in a lane before the one in `lanes` took its place, oldest first."""
    sharing_changes: tuple[SharingSince, ...] = ()
    """How the lanes came to share the device otherwise than `sharing_asked`, in order."""

    @property
    def outcome(self) -> LaneStatus:
        """The run's outcome: a lane that failed outweighs one that was stopped."""
        statuses = {lane.status for lane in self.lanes.values()}
        if "failed" in statuses:
            return "failed"
        return "stopped" if "stopped" in statuses else "completed"


def write_report(report: Report, path: Path) -> None:
    """Write the report whole or not at all."""
    told = msgspec.to_builtins(report)
    if report.contention is not None:
        told["contention"] = every_key(report.contention)
    write_whole(path, msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n")


def read_report(path: Path) -> Report:
    """Read a report.

    Raises:
        ReportError: there is none, or it is damaged.
    """
    try:
        told = msgspec.json.decode(path.read_bytes())
        if isinstance(told, dict) and isinstance(told.get("contention"), dict):
            told["contention"] = known_keys(told["contention"])
        return msgspec.convert(told, Report)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportError(f"{path}: no report that can be read: {error}") from error
