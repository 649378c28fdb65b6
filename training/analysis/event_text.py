"""Records as lines of the event list."""

from __future__ import annotations

from collections.abc import Collection

from training.analysis.held_text import held_text
from training.analysis.paused_text import paused_text
from training.analysis.rate_spans import is_possible
from training.analysis.state import EventLine
from training.plan import Lane
from training.record.contention_records import Decided, HeldFor, LetGo, SoloSpan
from training.record.device_records import MeterTrouble
from training.record.event_records import (
    Asked,
    BarrierOpened,
    Began,
    CleanedUp,
    DeviceLost,
    EventRecord,
    Joined,
    LaneEnded,
    Launched,
    MpsEnded,
    MpsStarted,
    MpsVerified,
    Note,
    ProcessContinued,
    ProcessStopped,
    SharingChanged,
    Signalled,
    WarmingUp,
)
from training.record.lane_records import (
    Built,
    Checkpoint,
    LaneRecord,
    NoGpu,
    NonFinite,
    Paused,
    Resumed,
    Warm,
)
from training.record.script_records import Limit, Remark, Telemetry


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
            return EventLine(record.t, stood_text(record.step), lane, stood_at_step=record.step)
        case Resumed():
            return EventLine(record.t, f"resumed after {record.paused_s:.1f} s", lane)
        case NonFinite():
            return EventLine(record.t, f"loss is not a finite number at step {record.step}", lane, "warning")
        case Checkpoint() if record.error is not None:
            return EventLine(record.t, f"checkpoint failed: {record.error}", lane, "warning")
        case Built() | Telemetry() | Limit() | Remark():
            return _script_line(record, lane)
        case ProcessStopped():
            text = "its processes are stopped (SIGSTOP): it passes no gate; it still holds its memory"
            return EventLine(record.t, text, record.lane, "warning")
        case ProcessContinued():
            return EventLine(record.t, f"its processes go on after {record.stopped_s:.1f} s", record.lane)
        case Signalled():
            why = record.why or "did not end in time"
            return EventLine(record.t, f"{why}: sent {record.signal}", record.lane, "warning")
        case LaneEnded(status="completed"):
            return EventLine(record.t, "completed", record.lane, "good")
        case LaneEnded(status="stopped"):
            return EventLine(record.t, f"stopped: {record.message}", record.lane, "warning")
        case LaneEnded():
            held = f"; held then: {held_text(record.held)}" if record.held else ""
            return EventLine(record.t, f"failed: {record.message}{held}", record.lane, "error")
        case NoGpu():
            return EventLine(record.t, f"trains on the CPU: {record.why}", lane, "warning")
        case DeviceLost():
            text = f"GPU lost: {record.message}; both lanes are stopped, nothing measured from here on counts"
            return EventLine(record.t, text, None, "error")
        case SharingChanged():
            text = f"sharing is {record.after} now, no longer {record.before}: {record.because}"
            return EventLine(record.t, text, None, "warning")
        case MpsStarted() | MpsVerified() | MpsEnded():
            return _mps_line(record)
        case SoloSpan():
            return _solo_line(record)
        case LetGo(why="turn"):
            return EventLine(record.t, "its turn: it trains again", record.lane)
        case Decided():
            return EventLine(record.t, decided_text(record), None, "good")
        case Joined():
            instead = f" in the place of {record.replaces}" if record.replaces else ""
            return EventLine(record.t, f"{record.planned.preset_name} joins{instead}", record.lane, "good")
        case CleanedUp():
            return _clean_up_line(record)
        case MeterTrouble():
            return EventLine(record.t, f"meter: {record.message}", None, "warning")
        case Note():
            return EventLine(record.t, record.message, record.lane, "warning")
        case _:
            return None


def _mps_line(record: MpsStarted | MpsVerified | MpsEnded) -> EventLine:
    match record:
        case MpsStarted():
            shares = [f"{lane.upper()} {share} %" for lane, share in sorted(record.shares_percent.items())]
            pinned = [f"{lane.upper()} {mib} MiB" for lane, mib in sorted(record.pinned_memory_mib.items())]
            limits = f"; threads: {', '.join(shares)}" if shares else ""
            limits += f"; memory: {', '.join(pinned)}" if pinned else ""
            return EventLine(record.t, f"the run's own MPS daemon is up, process {record.daemon_pid}{limits}")
        case MpsVerified():
            who = " and ".join(name.upper() for name in record.lanes)
            text = f"under MPS: {who}, by the list of server {record.server_pid}"
            return EventLine(record.t, text, None, "good")
        case MpsEnded(error=""):
            return EventLine(record.t, "the run's own MPS daemon has quit")
        case MpsEnded():
            text = f"the run's own MPS daemon could not be made to quit: {record.error}"
            return EventLine(record.t, text, None, "warning")


def _script_line(record: Built | Telemetry | Limit | Remark, lane: Lane | None) -> EventLine | None:
    """What only a script or program tells."""
    match record:
        case Built(fit=0) | Built(again=True):
            return None
        case Built():
            epochs = f", up to epoch {record.planned_epochs}" if record.planned_epochs else ""
            steps = f" of {record.steps_per_epoch} steps" if record.steps_per_epoch else ""
            return EventLine(record.t, f"fit {record.fit}: model {record.model}{epochs}{steps}", lane)
        case Telemetry(steps="each"):
            return None
        case Telemetry():
            return EventLine(record.t, record.why, lane, "warning")
        case Limit():
            loop = f" at step {record.step}, in a loop of its own" if record.step else ""
            return EventLine(record.t, f"{record.reached} reached{loop}: it is ended at its length", lane)
        case Remark():
            return EventLine(record.t, record.message, lane, "warning")


def stood_text(step: int, held: Collection[HeldFor] = ()) -> str:
    """That a lane stands still, for what, and that it is not out of the way for that."""
    return f"{paused_text(held)} at step {step}; it still holds its memory"


def decided_text(record: Decided) -> str:
    """What `adaptive` chose, and from which numbers."""
    choice = "together" if record.choice == "together" else "one after the other"
    return f"adaptive: {choice}: {record.because}"


def _solo_line(record: SoloSpan) -> EventLine | None:
    """What came of a probe, or of time that a lane happened to have for itself; of its turns there are too many."""
    if record.how == "turn":
        return None
    span = record.span
    # With the epochs' ends in it, as the rates on the screen are.
    whole_s = span.in_steps_s + span.outside_s
    told = f": {span.steps / whole_s:.1f} steps/s" if span.steps and is_possible(span) else ""
    if record.how != "probe":
        return EventLine(record.t, f"alone {record.how}{told}", record.lane)
    if record.complete and not record.disturbed:
        return EventLine(record.t, f"probe {record.block}, alone{told}", record.lane)
    why = ", ".join(record.disturbed) or "it was cut short"
    return EventLine(record.t, f"probe {record.block} does not count: {why}", record.lane, "warning")


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
