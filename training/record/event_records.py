"""What the supervisor decided and saw, in `events.jsonl`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.plan import Lane, LanePlan, Sharing
from training.record.contention_records import ContentionRecord
from training.record.lane_records import Schema
from training.record.tagged import Record

LaneStatus = Literal["completed", "stopped", "failed"]


class Began(Record, frozen=True, tag="began"):
    """The run's zero: `monotonic_s` on CLOCK_MONOTONIC of this boot, `wall` in ISO 8601 for people."""

    t: float
    monotonic_s: float
    wall: str
    boot_id: str
    sharing: Sharing


class Launched(Record, frozen=True, tag="launched"):
    """A lane's process was started."""

    t: float
    lane: Lane
    pid: int


class WarmingUp(Record, frozen=True, tag="warming_up"):
    """The lane was given the token: it alone initialises the device and warms up now."""

    t: float
    lane: Lane


class BarrierOpened(Record, frozen=True, tag="barrier_opened"):
    """These lanes were released together, and why now."""

    t: float
    lanes: tuple[Lane, ...]
    because: str


class Asked(Record, frozen=True, tag="asked"):
    """Somebody asked for something."""

    t: float
    what: str
    lane: Lane | None = None
    by: str = ""


class Signalled(Record, frozen=True, tag="signalled"):
    """A lane that did not end in time was signalled, or at once where `why` says so."""

    t: float
    lane: Lane
    signal: str
    why: str = ""


class MemoryHolder(Struct, frozen=True, omit_defaults=True):
    """Who held device memory: a lane ("a"), "others" with its PID and name, "free". None is not known."""

    who: str
    memory_bytes: int | None = None
    pid: int | None = None
    name: str | None = None


class ProcessStopped(Record, frozen=True, tag="process_stopped"):
    """The lane's processes were stopped by a signal, as it tells no steps at which it could stand."""

    t: float
    lane: Lane


class ProcessContinued(Record, frozen=True, tag="process_continued"):
    """They go on."""

    t: float
    lane: Lane
    stopped_s: float


class ScalarRead(Record, frozen=True, tag="scalar_read"):
    """A number that a script or program wrote itself: in its log, or in an event file of TensorBoard's.

    Of several within half a second the mean. `step` is what it wrote beside it.
    """

    t: float
    lane: Lane
    name: str
    value: float
    step: int | None = None


class LaneEnded(Record, frozen=True, tag="lane_ended"):
    """A lane's process is gone. `held` is who held the device's memory when a lane ran out of it."""

    t: float
    lane: Lane
    status: LaneStatus
    exit_code: int | None
    kind: str = ""
    message: str = ""
    hint: str = ""
    log_tail: tuple[str, ...] = ()
    held: tuple[MemoryHolder, ...] = ()


class DeviceLost(Record, frozen=True, tag="device_lost"):
    """The device is gone for good: both lanes are stopped, nothing measured after `t` counts."""

    t: float
    message: str


class SharingChanged(Record, frozen=True, tag="sharing_changed"):
    """From now on the lanes share the device in another way, and why."""

    t: float
    before: Sharing
    after: Sharing
    because: str


class Joined(Record, frozen=True, tag="joined"):
    """A lane was added to a run that trains already; its files begin anew.

    Where it takes the place of a lane that has ended, its records are in `earlier_records`, a file of the folder.
    """

    t: float
    lane: Lane
    planned: LanePlan
    by: str = ""
    replaces: str | None = None
    """The preset's name of the ended lane whose place it takes."""
    replaced: LanePlan | None = None
    """What that lane was planned as: the plan has the new one in its place. None in records that do not keep it."""
    earlier_records: str | None = None


class MpsStarted(Record, frozen=True, tag="mps_started"):
    """The run's own MPS daemon is up; the folders are its pipes and logs."""

    t: float
    daemon_pid: int
    pipe_folder: str
    log_folder: str
    shares_percent: dict[Lane, int] = {}
    pinned_memory_mib: dict[Lane, int] = {}


class MpsVerified(Record, frozen=True, tag="mps_verified"):
    """The daemon's own list names these lanes as clients of its server."""

    t: float
    server_pid: int
    lanes: tuple[Lane, ...]


class MpsEnded(Record, frozen=True, tag="mps_ended"):
    """The run's own MPS daemon has quit, or why it could not be made to."""

    t: float
    error: str = ""


class CleanedUp(Record, frozen=True, tag="cleaned_up"):
    """The proof at the end: processes of the run that are still there, and device memory before and after."""

    t: float
    left_pids: tuple[int, ...] = ()
    memory_before_bytes: int | None = None
    memory_after_bytes: int | None = None
    held_by: tuple[int, ...] = ()


class Note(Record, frozen=True, tag="note"):
    """Something worth a line in the event list."""

    t: float
    message: str
    lane: Lane | None = None


class Ended(Record, frozen=True, tag="ended"):
    """The run is over; `report.json` is written."""

    t: float
    outcome: LaneStatus


EventRecord = (
    Schema
    | Began
    | Launched
    | WarmingUp
    | BarrierOpened
    | Asked
    | Signalled
    | ProcessStopped
    | ProcessContinued
    | ScalarRead
    | LaneEnded
    | DeviceLost
    | SharingChanged
    | Joined
    | ContentionRecord
    | MpsStarted
    | MpsVerified
    | MpsEnded
    | CleanedUp
    | Note
    | Ended
)
