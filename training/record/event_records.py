"""What the supervisor decided and saw, in `events.jsonl`."""

from __future__ import annotations

from typing import Literal

from training.plan import Lane, Sharing
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
    """A lane that did not end in time was signalled."""

    t: float
    lane: Lane
    signal: str


class LaneEnded(Record, frozen=True, tag="lane_ended"):
    """A lane's process is gone."""

    t: float
    lane: Lane
    status: LaneStatus
    exit_code: int | None
    kind: str = ""
    message: str = ""
    hint: str = ""
    log_tail: tuple[str, ...] = ()


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
    | LaneEnded
    | CleanedUp
    | Note
    | Ended
)
