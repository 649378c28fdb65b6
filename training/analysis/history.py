"""A run's records folded into state, in bounded memory: what every reader of a run looks through."""

from __future__ import annotations

import math
import time

from msgspec import structs

from training.analysis.clock_holds import ClockHolds
from training.analysis.contention_history import ContentionHistory
from training.analysis.disk_room import disk_is_full
from training.analysis.energy import EnergyCount, energy_j_per_1000_samples
from training.analysis.kept_events import KeptEvents
from training.analysis.lane_figures import memory_is_told
from training.analysis.lane_history import LaneHistory
from training.analysis.series import Series
from training.analysis.state import EventLine, RunPhase, RunState
from training.analysis.time_marks import TimeMark, TimeMarks
from training.plan import Lane, LanePlan, Plan, Sharing, read_plan
from training.record.device_records import (
    DeviceReading,
    DeviceRecord,
    Figure,
    LaneReading,
    MeterTrouble,
    OtherReading,
    Sample,
    Source,
)
from training.record.event_records import (
    Began,
    DeviceLost,
    EventRecord,
    Joined,
    LaneEnded,
    Launched,
    MpsVerified,
    SharingChanged,
    WarmingUp,
)
from training.record.lane_records import Checkpoint, Epoch, LaneRecord
from training.record.liveness import Liveness, boot_id, liveness
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

LIVENESS_PERIOD_S = 1.0
_PHASES: dict[Liveness, RunPhase] = {
    "starting": "starting",
    "live": "running",
    "elsewhere": "running",
    "ended": "ended",
    "lost": "lost",
}


class RunHistory:
    """Follows one run's folder. `refresh` reads what is new; `state` is what it all adds up to.

    Memory does not grow with the length of the run. Not safe to share between threads; what `state` returns is.

    Raises:
        PlanError: on construction, where the folder has no plan that can be read.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.plan: Plan = read_plan(folder.plan)
        self._lanes: dict[Lane, LaneHistory] = {}
        self._lane_readers: dict[Lane, TailingReader[LaneRecord]] = {}
        for lane, planned in self.plan.lanes.items():
            self._begin_lane(lane, planned)
        self._device_reader: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
        self._event_reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
        self._events = KeptEvents()
        self._began: Began | None = None
        self._sharing: Sharing = self.plan.sharing
        self._why_sharing_changed = ""
        self._mps_verified = False
        self._device_lost: str | None = None
        self._meter_trouble: str | None = None
        self._last_t = 0.0
        self._phase: RunPhase = "starting"
        self._disk_is_full = False
        self._liveness_checked_s = -math.inf
        self._reading: DeviceReading | None = None
        self._reading_t: float | None = None
        self._others: tuple[OtherReading, ...] = ()
        self._others_sm_percent: float | None = None
        self._figures: dict[str, Figure] = {}
        self._cores: float | None = None
        self._utilization = Series()
        self._sm_active = Series()
        self._energy = EnergyCount()
        self._clock_holds = ClockHolds()
        self._contention = ContentionHistory(self.plan)
        self._others_memory = Series()
        self._marks = TimeMarks()

    def refresh(self, *, supervisor_gone: bool = False) -> None:
        """Read what was appended since the last time, and look whether the run still lives.

        Liveness is asked before the files are read, so that a run seen as ended has been read to its end. A caller
        that started the supervisor knows first that it is gone and says so with `supervisor_gone`.
        """
        self._check_liveness(supervisor_gone)
        for record in self._event_reader.read_new():
            self._take_event(record)
        for lane, reader in self._lane_readers.items():
            for lane_record in reader.read_new():
                self._take_lane_record(lane, lane_record)
        for device_record in self._device_reader.read_new():
            self._take_device_record(device_record)
        if self._phase == "lost":
            for lane_history in self._lanes.values():
                lane_history.lost()

    def _begin_lane(self, lane: Lane, planned: LanePlan, since_t: float = -math.inf) -> None:
        """Know of a lane what its plan says and nothing yet of its records; whoever had its place is forgotten."""
        train_for_s = (self.plan.limits.minutes or math.inf) * 60
        self._lanes[lane] = LaneHistory(lane, planned.preset_name, planned.preset.title, train_for_s, since_t)
        self._lanes = dict(sorted(self._lanes.items()))
        self._lane_readers[lane] = TailingReader(self.folder.lane_records(lane), LaneRecord)

    @property
    def is_live(self) -> bool:
        """Whether something may still happen."""
        return self._phase in ("starting", "running")

    def state(self) -> RunState:
        """The run at this moment."""
        now_s = self._now_s()
        return RunState(
            run=self.plan.run,
            folder=str(self.folder.path),
            sharing=self._sharing,
            device=self.plan.device,
            phase=self._phase,
            started_wall=self._began.wall if self._began else "",
            elapsed_s=now_s,
            lanes={lane: lane_history.state(now_s) for lane, lane_history in self._lanes.items()},
            lane_devices=dict(self.plan.lane_devices),
            sharing_asked=self.plan.sharing,
            why_sharing_changed=self._why_sharing_changed,
            mps_verified=self._mps_verified,
            retry_of=self.plan.retry_of,
            device_lost=self._device_lost,
            meter_trouble=self._meter_trouble,
            energy_j_per_1000_samples=self._energy_j_per_1000_samples(),
            contention=self._contention.state(),
            clock_holds=self._clock_holds.holds(),
            reading=self._reading,
            reading_t=self._reading_t,
            others=self._others,
            others_sm_percent=self._others_sm_percent,
            figures=dict(self._figures),
            cores=self._cores,
            device_utilization_series=self._utilization.view(),
            sm_active_series=self._sm_active.view(),
            others_memory_series=self._others_memory.view(),
            events=self._events.lines(),
            time_marks=self._marks.marks(),
            skipped_lines=self._skipped_lines(),
            disk_is_full=self._disk_is_full,
        )

    def _energy_j_per_1000_samples(self) -> float | None:
        """None also where a lane trains beside the GPU: its samples are not of the GPU's energy."""
        lanes = self._lanes.values()
        if any(lane_history.uses_no_gpu for lane_history in lanes):
            return None
        trained = (lane_history.trained for lane_history in lanes)
        return energy_j_per_1000_samples(self._energy, [span for span in trained if span is not None])

    def _skipped_lines(self) -> int:
        by_lanes = sum(reader.skipped_lines for reader in self._lane_readers.values())
        return self._event_reader.skipped_lines + self._device_reader.skipped_lines + by_lanes

    def _now_s(self) -> float:
        """Seconds since the run began: by the clock while it lives on this boot, by its last record else."""
        if self._phase == "running" and self._began is not None and self._began.boot_id == boot_id():
            return max(self._last_t, time.monotonic() - self._began.monotonic_s)
        return self._last_t

    def _check_liveness(self, supervisor_gone: bool) -> None:
        if self._phase in ("ended", "lost"):
            return
        if supervisor_gone:
            self._phase = "ended" if self.folder.report.exists() else "lost"
            return
        if time.monotonic() - self._liveness_checked_s < LIVENESS_PERIOD_S:
            return
        self._liveness_checked_s = time.monotonic()
        self._check_disk()
        self._phase = _PHASES[liveness(self.folder)]

    def _check_disk(self) -> None:
        if (is_full := disk_is_full(self.folder.path)) is None:
            return
        if is_full and not self._disk_is_full:
            text = "no space left on the disk of the run's folder: records wait for room"
            self._events.add(EventLine(self._now_s(), text, None, "error"))
        self._disk_is_full = is_full

    def _take_event(self, record: EventRecord) -> None:
        self._contention.take_event(record)
        self._marks.take(record)
        match record:
            case Began():
                self._began = record
            case Launched():
                self._lanes[record.lane].launched(record.pid)
            case WarmingUp():
                self._lanes[record.lane].warming_up()
            case LaneEnded():
                self._lanes[record.lane].ended(record)
            case Joined():
                lanes: dict[Lane, LanePlan] = {**self.plan.lanes, record.lane: record.planned}
                self.plan = structs.replace(self.plan, lanes=dict(sorted(lanes.items())))
                self._begin_lane(record.lane, record.planned, record.t)
            case DeviceLost():
                self._device_lost = record.message
            case SharingChanged():
                self._sharing, self._why_sharing_changed = record.after, record.because
                self._mps_verified = self._mps_verified and record.after == "mps"
            case MpsVerified():
                self._mps_verified = True
            case _:
                pass
        self._note(record)

    def _take_lane_record(self, lane: Lane, record: LaneRecord) -> None:
        self._lanes[lane].take(record)
        self._contention.take_lane_record(lane, record)
        self._marks.take(record, lane)
        if isinstance(record, Epoch | Checkpoint):
            self._last_t = max(self._last_t, record.t)
            if isinstance(record, Epoch) or record.error is None:
                return  # every epoch would drown the list; the curves show them
        self._note(record, lane)

    def _take_device_record(self, record: DeviceRecord) -> None:
        self._contention.take_device_record(record)
        match record:
            case Sample():
                self._take_sample(record)
            case Source():
                self._figures, self._cores = record.figures, record.cores
            case MeterTrouble():
                self._meter_trouble = record.message
                self._note(record)
            case _:
                pass

    def _take_sample(self, sample: Sample) -> None:
        self._last_t = max(self._last_t, sample.t)
        self._reading, self._reading_t = sample.device, sample.t
        self._meter_trouble = None
        self._others_sm_percent = sample.others_sm_percent
        if sample.others is not None:
            self._others = sample.others
        for lane, lane_history in self._lanes.items():
            reading = sample.lanes.get(lane)
            if reading is None:
                lane_history.no_reading()
            else:
                lane_history.take_reading(sample.t, reading, self._lane_utilization(reading))
        self._take_device(sample.t, sample.device)
        unknown = [
            lane
            for lane, reading in sample.lanes.items()
            if reading.memory_bytes is None and not self._lanes[lane].uses_no_gpu
        ]
        used = sample.device.memory_used_bytes
        if used is not None and not self.plan.lane_devices and memory_is_told(self._figures, unknown):
            ours = sum(reading.memory_bytes or 0 for reading in sample.lanes.values())
            if used >= ours:  # less only where RSS counts shared pages twice: then the rest is not known
                self._others_memory.append(sample.t, float(used - ours))

    def _take_device(self, t: float, device: DeviceReading) -> None:
        if device.utilization_percent is not None:
            self._utilization.append(t, device.utilization_percent)
        if device.sm_active_percent is not None:
            self._sm_active.append(t, device.sm_active_percent)
        if device.energy_j is not None:
            self._energy.add(t, device.energy_j)
        for line in self._clock_holds.take(t, device.event_reasons):
            self._events.add(line)
            if line.level == "warning":  # a power cap is worth no sign: it comes with every full card
                self._marks.add(TimeMark(line.t, "throttle"))

    def _lane_utilization(self, reading: LaneReading) -> float | None:
        if self.plan.device.kind == "gpu":
            return reading.sm_percent
        if reading.cpu_percent is None or not self._cores:
            return None
        return reading.cpu_percent / self._cores

    def _note(self, record: EventRecord | LaneRecord | MeterTrouble, lane: Lane | None = None) -> None:
        t = getattr(record, "t", None)
        if t is None:
            return
        self._last_t = max(self._last_t, t)
        self._events.take(record, lane)
