"""The state of a run at one moment, as every reader sees it: frozen, so it may cross threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from training.analysis.contention_state import ContentionState
from training.analysis.series import SeriesView
from training.analysis.time_marks import MarksOfKind
from training.plan import Lane, PlannedDevice, Sharing
from training.record.device_records import DeviceReading, EventReason, Figure, OtherReading
from training.record.event_records import MemoryHolder
from training.record.lane_records import FrameworkMemory, NoGpu
from training.record.script_records import StepTelemetry

LanePhase = Literal[
    "waiting",  # not launched yet
    "importing",
    "queued",  # imported; the other lane has the token
    "warming up",
    "at the barrier",
    "training",
    "validating",
    "paused",
    "completed",
    "stopped",
    "failed",
]
ENDED_PHASES: frozenset[LanePhase] = frozenset({"completed", "stopped", "failed"})

RunPhase = Literal["starting", "running", "ended", "lost"]

LOST = "lost"
"""The kind of error of a lane of a lost run that did not tell itself how it ended."""


@dataclass(frozen=True, slots=True)
class LaneError:
    """Why a lane failed."""

    kind: str
    message: str
    hint: str = ""
    log_tail: tuple[str, ...] = ()
    held: tuple[MemoryHolder, ...] = ()
    """Who held the device's memory, where the lane ran out of it."""


@dataclass(frozen=True, slots=True)
class ValidationPoint:
    """One validation: its metrics by name, `loss` among them."""

    t: float
    step: int
    epoch: int
    metrics: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class LaneState:
    """One lane at one moment. None is not known (yet), never zero."""

    lane: Lane
    preset_name: str
    title: str
    phase: LanePhase = "waiting"
    pid: int | None = None
    parameters: int | None = None
    step: int = 0
    samples: int = 0
    epoch: int = 0
    """Epochs begun, so 1 is the first."""
    epoch_step: int = 0
    steps_per_epoch: int | None = None
    planned_epochs: int | None = None
    planned_steps: int | None = None
    steps_per_s: float | None = None
    samples_per_s: float | None = None
    step_p50_s: float | None = None
    step_p99_s: float | None = None
    eta_s: float | None = None
    loss: float | None = None
    """The epoch's running mean, as Keras reports it."""
    metrics: dict[str, float | None] = field(default_factory=dict)
    validation: tuple[ValidationPoint, ...] = ()
    nonfinite_step: int | None = None
    memory_bytes: int | None = None
    memory_peak_bytes: int | None = None
    rss_bytes: int | None = None
    cpu_percent: float | None = None
    sm_percent: float | None = None
    sm_age_s: float | None = None
    trains_on: str = ""
    """The framework's name of its device, as "GPU:0" or "CPU"; empty until it is set up."""
    no_gpu: NoGpu | None = None
    """Why the lane trains on the CPU though a GPU was chosen."""
    framework_memory: FrameworkMemory | None = None
    checkpoint_step: int | None = None
    model_path: str | None = None
    dropped_records: int = 0
    error: LaneError | None = None
    telemetry: StepTelemetry = "each"
    """How its steps are told: a script's or program's may not be told one by one, or not at all."""
    why_no_steps: str = ""
    """Where they are not: in words."""
    model: str = ""
    """The name of the model that a script fits now."""
    fit: int = 0
    """Which of its fits that is, from 1."""
    loss_series: SeriesView = SeriesView()
    metric_series: dict[str, SeriesView] = field(default_factory=dict)
    memory_series: SeriesView = SeriesView()
    utilization_series: SeriesView = SeriesView()
    """On a CPU: percent of the whole machine's capacity; on a GPU: SM time share, percent."""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of the event list."""

    t: float
    text: str
    lane: Lane | None = None
    level: Literal["info", "good", "warning", "error"] = "info"
    stood_at_step: int | None = None
    """Where a lane stood still, where the line tells that."""


@dataclass(frozen=True, slots=True)
class ClockHold:
    """Something that held the device's clocks down: whether it does now, and for how long in all."""

    reason: EventReason
    now: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class RunState:
    """A run at one moment."""

    run: str
    folder: str
    sharing: Sharing
    device: PlannedDevice
    phase: RunPhase = "starting"
    started_wall: str = ""
    elapsed_s: float = 0.0
    """Up to now while it lives, up to its end when it has ended."""
    lanes: dict[Lane, LaneState] = field(default_factory=dict)
    lane_devices: dict[Lane, PlannedDevice] = field(default_factory=dict)
    """The MIG instance of each lane, where each has its own."""
    sharing_asked: Sharing | None = None
    """What was asked; `sharing` is what holds now."""
    why_sharing_changed: str = ""
    mps_verified: bool = False
    retry_of: str | None = None
    device_lost: str | None = None
    """Why the device is gone for good."""
    meter_trouble: str | None = None
    """What the newest attempt to read the device said, where it failed; None once it is read again."""
    energy_j_per_1000_samples: float | None = None
    """Of the pair: the whole device's energy over both lanes' samples, from the first release to now."""
    contention: ContentionState = ContentionState()
    """How much the lanes slow each other, and what that says of running them together."""
    clock_holds: tuple[ClockHold, ...] = ()
    """What held the device's clocks down in this run, in order of coming."""
    reading: DeviceReading | None = None
    reading_t: float | None = None
    others: tuple[OtherReading, ...] = ()
    others_sm_percent: float | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    """By name: `lanes.memory_bytes`, `lanes.sm_percent`, `device.utilization_percent`, …; `lanes.a.memory_bytes`
    goes before `lanes.memory_bytes`.
    """
    cores: float | None = None
    device_utilization_series: SeriesView = SeriesView()
    sm_active_series: SeriesView = SeriesView()
    """GPM's, of the whole device, percent."""
    time_marks: tuple[MarksOfKind, ...] = ()
    """What is worth a sign on a time axis; kinds that are worth least come first."""
    others_memory_series: SeriesView = SeriesView()
    """Device memory in use that no lane accounts for."""
    events: tuple[EventLine, ...] = ()
    skipped_lines: int = 0
    """Damaged or unknown lines the readers passed over."""
    kept_at_s: float | None = None
    """Until when this tells of the run, where its records are still being read; None where they have been."""
    disk_is_full: bool = False
    """The disk of the run's folder takes no more, so that what happens cannot be told."""

    @property
    def is_live(self) -> bool:
        """Whether something may still happen."""
        return self.phase in ("starting", "running")
