"""Records as lines of the event list."""

from __future__ import annotations

from training.analysis.state import EventLine
from training.plan import Lane
from training.record.device_records import MeterTrouble
from training.record.event_records import (
    Asked,
    BarrierOpened,
    Began,
    CleanedUp,
    EventRecord,
    LaneEnded,
    Launched,
    Note,
    Signalled,
    WarmingUp,
)
from training.record.lane_records import Checkpoint, LaneRecord, NonFinite, Paused, Resumed, Warm


def event_line(record: EventRecord | LaneRecord | MeterTrouble, lane: Lane | None) -> EventLine | None:
    """The record as one line; None where it is not worth one."""
    match record:
        case Began():
            return EventLine(record.t, f"run began, {record.sharing}")
        case Launched():
            return EventLine(record.t, f"launched as process {record.pid}", record.lane)
        case WarmingUp():
            return EventLine(record.t, "its turn to warm up", record.lane)
        case Warm():
            return EventLine(record.t, f"warm after {record.seconds:.1f} s", lane)
        case BarrierOpened():
            who = " and ".join(name.upper() for name in record.lanes)
            return EventLine(record.t, f"released {who}: {record.because}")
        case Asked():
            what = f"{record.what} asked" + (f" by {record.by}" if record.by else "")
            return EventLine(record.t, what, record.lane)
        case Paused():
            return EventLine(record.t, f"paused at step {record.step}; it still holds its memory", lane)
        case Resumed():
            return EventLine(record.t, f"resumed after {record.paused_s:.1f} s", lane)
        case NonFinite():
            return EventLine(record.t, f"loss is not a finite number at step {record.step}", lane, "warning")
        case Checkpoint() if record.error is not None:
            return EventLine(record.t, f"checkpoint failed: {record.error}", lane, "warning")
        case Signalled():
            return EventLine(record.t, f"did not end in time: sent {record.signal}", record.lane, "warning")
        case LaneEnded(status="completed"):
            return EventLine(record.t, "completed", record.lane, "good")
        case LaneEnded(status="stopped"):
            return EventLine(record.t, f"stopped: {record.message}", record.lane, "warning")
        case LaneEnded():
            return EventLine(record.t, f"failed: {record.message}", record.lane, "error")
        case CleanedUp():
            return _clean_up_line(record)
        case MeterTrouble():
            return EventLine(record.t, f"meter: {record.message}", None, "warning")
        case Note():
            return EventLine(record.t, record.message, record.lane, "warning")
        case _:
            return None


def _clean_up_line(record: CleanedUp) -> EventLine:
    if record.left_pids:
        left = ", ".join(str(pid) for pid in record.left_pids)
        return EventLine(record.t, f"processes of the run are still there: {left}", None, "warning")
    if record.held_by:
        holders = ", ".join(str(pid) for pid in record.held_by)
        return EventLine(
            record.t, f"device memory is not all back; processes on it: {holders}", None, "warning"
        )
    return EventLine(record.t, "clean: no process of the run is left", None, "good")
