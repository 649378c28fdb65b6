"""A run followed through its files and a clock: what every reader of a run looks through."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from training.analysis.disk_room import disk_is_full
from training.analysis.run_fold import RunFold
from training.analysis.state import EventLine, RunPhase, RunState
from training.plan import Lane, Plan, read_plan
from training.record.device_records import DeviceRecord
from training.record.event_records import EventRecord, Joined
from training.record.lane_records import LaneRecord
from training.record.liveness import Liveness, boot_id, liveness
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

LIVENESS_PERIOD_S = 1.0
PHASE_OF: dict[Liveness, RunPhase] = {
    "starting": "starting",
    "live": "running",
    "elsewhere": "running",
    "ended": "ended",
    "lost": "lost",
}
"""What a run is shown as, once all of its records are read."""


class RunHistory:
    """Follows one run's folder. `refresh` reads what is new; `state` is what it all adds up to.

    Memory does not grow with the length of the run. Not safe to share between threads; what `state` returns is.

    Raises:
        PlanError: on construction, where the folder has no plan that can be read.
    """

    def __init__(self, folder: RunFolder, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is that of the machine's processes, CLOCK_MONOTONIC."""
        self.folder = folder
        self._clock = clock
        self._fold = RunFold(read_plan(folder.plan), folder.path)
        self._lane_readers: dict[Lane, TailingReader[LaneRecord]] = {}
        for lane in self.plan.lanes:
            self._read_lane(lane)
        self._device_reader: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
        self._event_reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
        self._phase: RunPhase = "starting"
        self._disk_is_full = False
        self._liveness_checked_s = -math.inf

    @property
    def plan(self) -> Plan:
        """What was asked; a lane that joined since is in it."""
        return self._fold.plan

    def refresh(self, *, supervisor_gone: bool = False) -> None:
        """Read what was appended since the last time, and look whether the run still lives.

        Liveness is asked before the files are read, so that a run seen as ended has been read to its end. A caller
        that started the supervisor knows first that it is gone and says so with `supervisor_gone`.
        """
        self._check_liveness(supervisor_gone)
        for record in self._event_reader.read_new():
            self._fold.take_event(record)
            if isinstance(record, Joined):
                self._read_lane(record.lane)
        for lane, reader in self._lane_readers.items():
            for lane_record in reader.read_new():
                self._fold.take_lane_record(lane, lane_record)
        for device_record in self._device_reader.read_new():
            self._fold.take_device_record(device_record)
        if self._phase == "lost":
            self._fold.lost()

    def _read_lane(self, lane: Lane) -> None:
        """Read the lane's records from their beginning: whoever joins in its place begins a new file."""
        self._lane_readers[lane] = TailingReader(self.folder.lane_records(lane), LaneRecord)

    @property
    def is_live(self) -> bool:
        """Whether something may still happen."""
        return self._phase in ("starting", "running")

    def state(self) -> RunState:
        """The run at this moment."""
        return self._fold.state(
            self._phase,
            self._now_s(),
            skipped_lines=self._skipped_lines(),
            disk_is_full=self._disk_is_full,
        )

    def _skipped_lines(self) -> int:
        by_lanes = sum(reader.skipped_lines for reader in self._lane_readers.values())
        return self._event_reader.skipped_lines + self._device_reader.skipped_lines + by_lanes

    def _now_s(self) -> float:
        """Seconds since the run began: by the clock while it lives on this boot, by its last record else."""
        began, last_t = self._fold.began, self._fold.last_t
        if self._phase == "running" and began is not None and began.boot_id == boot_id():
            return max(last_t, self._clock() - began.monotonic_s)
        return last_t

    def _check_liveness(self, supervisor_gone: bool) -> None:
        if self._phase in ("ended", "lost"):
            return
        if supervisor_gone:
            self._phase = "ended" if self.folder.report.exists() else "lost"
            return
        if self._clock() - self._liveness_checked_s < LIVENESS_PERIOD_S:
            return
        self._liveness_checked_s = self._clock()
        self._check_disk()
        self._phase = PHASE_OF[liveness(self.folder)]

    def _check_disk(self) -> None:
        if (is_full := disk_is_full(self.folder.path)) is None:
            return
        if is_full and not self._disk_is_full:
            text = "no space left on the disk of the run's folder: records wait for room"
            self._fold.add_line(EventLine(self._now_s(), text, None, "error"))
        self._disk_is_full = is_full
