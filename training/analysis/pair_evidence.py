"""What the samples of the time in which both trained say, with the lanes' thread settings: evidence, no judgement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from training.analysis.sample_buckets import SampleBuckets, SampleSums
from training.analysis.shared_time import SharedTime
from training.plan import Lane, Plan
from training.preset.backend import BACKENDS, DEFAULT_BACKEND, title_of
from training.record.contention_records import SharedSpan
from training.record.device_records import DeviceRecord, EventReason, Sample, Source
from training.record.event_records import EventRecord, Joined, SharingChanged
from training.record.lane_records import Imported, LaneRecord, Started, Window

LEAST_WAIT_S = 0.001
"""In a step: on busy cores it takes nearly as long until a thread has a batch that is there from the next one."""


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """Means over the time in which both trained; None is not known.

    Figures are of undisturbed time where there is any; `held_share` is of all of it, as heat disturbs it too.
    """

    kind: Literal["cpu", "gpu"]
    overlaps: bool = False
    """Whether kernels of both may run at the same time, as under MPS."""
    seconds: float = 0.0
    """How much time the samples speak for."""
    utilization_percent: float | None = None
    sm_active_percent: float | None = None
    dram_bandwidth_percent: float | None = None
    cores: float | None = None
    """The CPU capacity the lanes may use."""
    lane_cores: dict[Lane, float] = field(default_factory=dict)
    """How many of them each lane kept busy."""
    threads: dict[Lane, dict[str, int]] = field(default_factory=dict)
    """The framework's thread settings; 0 is its own choice."""
    frameworks: dict[Lane, str] = field(default_factory=dict)
    """The framework each lane trains on, as its makers write it."""
    held_share: dict[EventReason, float] = field(default_factory=dict)
    """For what share of the time each reason held the device's clocks down."""
    memory_used_bytes: int | None = None
    """At peak, of everybody on the device."""
    memory_total_bytes: int | None = None
    input_gain: dict[Lane, float] = field(default_factory=dict)
    """How many times as fast a lane's steps are on one batch that is at hand already, where that is worth telling."""


class EvidenceHistory:
    """Gathers it from a run's files, each in its own order, in bounded memory."""

    def __init__(self, plan: Plan) -> None:
        self._kind = plan.device.kind
        self._overlaps = plan.sharing == "mps"
        self._buckets = SampleBuckets()
        self._shared = SharedTime()
        self._undisturbed = SharedTime()
        self._cores: float | None = None
        self._threads: dict[Lane, dict[str, int]] = {}
        self._frameworks: dict[Lane, str] = {}
        self._windows: dict[Lane, _Windows] = {}
        self._summed: tuple[SampleSums, SampleSums] = SampleSums(), SampleSums()
        self._summed_of: object = None

    def take_event(self, record: EventRecord) -> None:
        """Take in what the supervisor told."""
        match record:
            case SharedSpan():
                self._shared.take(record)
                if not record.disturbed:
                    self._undisturbed.take(record)
            case SharingChanged():
                self._overlaps = record.after == "mps"
            case Joined():
                self._shared.forget()
                self._undisturbed.forget()
            case _:
                pass

    def take_device_record(self, record: DeviceRecord) -> None:
        """Take in what the meter told."""
        if isinstance(record, Sample):
            self._buckets.take(record)
        elif isinstance(record, Source) and record.cores is not None and record.cores > 0:
            self._cores = record.cores

    def take_lane_record(self, lane: Lane, record: LaneRecord) -> None:
        """Take in what a lane's worker told."""
        if isinstance(record, Started):
            self._windows.pop(lane, None)  # another process, and perhaps another model
        elif isinstance(record, Imported):
            self._threads[lane] = record.threads
            framework = next((name for name in BACKENDS if name in record.versions), DEFAULT_BACKEND)
            self._frameworks[lane] = title_of(framework)
        elif isinstance(record, Window):
            self._windows.setdefault(lane, _Windows()).take(record)

    def evidence(self) -> PairEvidence:
        """All of it, at this moment."""
        everything, undisturbed = self._sums()
        figures = undisturbed if undisturbed.seconds else everything
        lane_percent = {lane: mean.value for lane, mean in figures.cpu.items()}
        used, total = figures.memory_peak or (None, None)
        gains = {lane: windows.gain for lane, windows in self._windows.items()}
        return PairEvidence(
            kind=self._kind,
            overlaps=self._overlaps,
            seconds=figures.seconds,
            utilization_percent=figures.utilization.value,
            sm_active_percent=figures.sm_active.value,
            dram_bandwidth_percent=figures.dram_bandwidth.value,
            cores=self._cores,
            lane_cores={lane: percent / 100 for lane, percent in lane_percent.items() if percent is not None},
            threads=dict(self._threads),
            frameworks=dict(self._frameworks),
            held_share={
                reason: seconds / everything.seconds
                for reason, seconds in everything.held_s.items()
                if everything.seconds
            },
            memory_used_bytes=used,
            memory_total_bytes=total,
            input_gain={lane: gain for lane, gain in gains.items() if gain is not None},
        )

    def _sums(self) -> tuple[SampleSums, SampleSums]:
        """Of all shared time and of the undisturbed; made anew only once there is more of either."""
        of = (self._buckets.version, self._shared.version, self._undisturbed.version)
        if of != self._summed_of:
            everything, undisturbed = SampleSums(), SampleSums()
            for since_t, until_t, sums in self._buckets.closed():
                if self._shared.holds(since_t, until_t):
                    everything.merge(sums)
                if self._undisturbed.holds(since_t, until_t):
                    undisturbed.merge(sums)
            self._summed, self._summed_of = (everything, undisturbed), of
        return self._summed


@dataclass(slots=True)
class _Windows:
    """A lane's newest window on its data, and what one on a single batch says beside it.

    Steps that begin an epoch are left out: what they wait for is a pipeline that is started, however fast it then is.
    """

    step_s: float | None = None
    gain: float | None = None

    def take(self, record: Window) -> None:
        steps = record.steps - record.first_steps
        if not record.complete or steps <= 0 or not record.in_steps_s:
            return
        step_s = (record.in_steps_s - record.first_steps_s) / steps
        if step_s <= 0:
            return
        if not record.cached_batch:
            self.step_s = step_s
        elif self.step_s is not None:
            waits_s = self.step_s - step_s
            self.gain = self.step_s / step_s if waits_s >= LEAST_WAIT_S else None
