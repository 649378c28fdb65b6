"""A run's records folded into state, in bounded memory: the same for who follows a run and for who plays one back."""

from __future__ import annotations

import math
from pathlib import Path

from msgspec import structs

from training.analysis.clock_holds import ClockHolds
from training.analysis.contention_history import ContentionHistory
from training.analysis.energy import EnergyCount, energy_j_per_1000_samples
from training.analysis.kept_events import KeptEvents
from training.analysis.lane_figures import memory_is_told
from training.analysis.lane_history import LaneHistory
from training.analysis.script_lane_history import OfScript, ScriptLaneHistory
from training.analysis.series import Series
from training.analysis.state import EventLine, RunPhase, RunState
from training.analysis.time_marks import TimeMark, TimeMarks
from training.plan import Lane, LanePlan, Plan, Sharing
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
    BarrierOpened,
    Began,
    DeviceLost,
    EventRecord,
    Joined,
    LaneEnded,
    Launched,
    MpsVerified,
    ProcessContinued,
    ProcessStopped,
    ScalarRead,
    SharingChanged,
    WarmingUp,
)
from training.record.lane_records import Checkpoint, Epoch, LaneRecord


class RunFold:
    """Takes the records of one run's files, each file in its own order; `state` is what they add up to.

    It reads no file and no clock: whoever feeds it knows the time and whether the run still lives.
    Memory does not grow with the length of the run.
    """

    def __init__(self, plan: Plan, folder: Path) -> None:
        self.plan = plan
        """As the records so far leave it: a lane that joined is in it."""
        self.began: Began | None = None
        self.last_t = 0.0
        """The latest time that a record told."""
        self._folder = folder
        self._lanes: dict[Lane, LaneHistory] = {}
        for lane, planned in plan.lanes.items():
            self._begin_lane(lane, planned)
        self._events = KeptEvents()
        self._sharing: Sharing = plan.sharing
        self._why_sharing_changed = ""
        self._mps_verified = False
        self._device_lost: str | None = None
        self._meter_trouble: str | None = None
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
        self._contention = ContentionHistory(plan)
        self._others_memory = Series()
        self._marks = TimeMarks()

    def state(
        self, phase: RunPhase, now_s: float, *, skipped_lines: int = 0, disk_is_full: bool = False
    ) -> RunState:
        """The run at this moment.

        Args:
            phase: whether it goes on.
            now_s: seconds since it began.
            skipped_lines: how many lines of its files could not be read.
            disk_is_full: whether the folder's disk takes no more.
        """
        return RunState(
            run=self.plan.run,
            folder=str(self._folder),
            sharing=self._sharing,
            device=self.plan.device,
            phase=phase,
            started_wall=self.began.wall if self.began else "",
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
            skipped_lines=skipped_lines,
            disk_is_full=disk_is_full,
        )

    def take_event(self, record: EventRecord) -> None:
        """Take in one of the supervisor's events. After `Joined` the lane's records are those of the new one."""
        self._contention.take_event(record)
        self._marks.take(record)
        match record:
            case Began():
                self.began = record
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
            case BarrierOpened() | ProcessStopped() | ProcessContinued() | ScalarRead():
                self._take_of_script(record)
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

    def take_lane_record(self, lane: Lane, record: LaneRecord) -> None:
        """Take in one record of a lane's worker."""
        self._lanes[lane].take(record)
        self._contention.take_lane_record(lane, record)
        self._marks.take(record, lane)
        if isinstance(record, Epoch | Checkpoint):
            self.last_t = max(self.last_t, record.t)
            if isinstance(record, Epoch) or record.error is None:
                return  # every epoch would drown the list; the curves show them
        self._note(record, lane)

    def take_device_record(self, record: DeviceRecord) -> None:
        """Take in what the meter told."""
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

    def add_line(self, line: EventLine) -> None:
        """Put a line into the event list that no record tells."""
        self._events.add(line)

    def lost(self) -> None:
        """The run was lost: nobody tells how its lanes ended but their own records, which may still come."""
        for lane_history in self._lanes.values():
            lane_history.lost()

    def _begin_lane(self, lane: Lane, planned: LanePlan, since_t: float = -math.inf) -> None:
        """Know of a lane what its plan says and nothing yet of its records; whoever had its place is forgotten."""
        train_for_s = (self.plan.limits.minutes or math.inf) * 60
        kind = LaneHistory if planned.preset.script is None else ScriptLaneHistory
        self._lanes[lane] = kind(lane, planned.preset_name, planned.preset.title, train_for_s, since_t)
        self._lanes = dict(sorted(self._lanes.items()))

    def _take_of_script(self, record: OfScript) -> None:
        lanes = record.lanes if isinstance(record, BarrierOpened) else (record.lane,)
        for lane in lanes:
            lane_history = self._lanes.get(lane)
            if isinstance(lane_history, ScriptLaneHistory):
                lane_history.take_event(record)

    def _energy_j_per_1000_samples(self) -> float | None:
        """None also where a lane trains beside the GPU: its samples are not of the GPU's energy."""
        lanes = self._lanes.values()
        if any(lane_history.uses_no_gpu for lane_history in lanes):
            return None
        trained = (lane_history.trained for lane_history in lanes)
        return energy_j_per_1000_samples(self._energy, [span for span in trained if span is not None])

    def _take_sample(self, sample: Sample) -> None:
        self.last_t = max(self.last_t, sample.t)
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
        self.last_t = max(self.last_t, t)
        self._events.take(record, lane)
