"""One lane as its supervisor knows it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass, field

from training.agent.out_of_memory import DEVICE, PROBABLY_DEVICE, out_of_memory
from training.analysis.memory_remedies import OUT_OF_MEMORY
from training.meters.meter import LaneProcess
from training.plan import Lane, Plan
from training.preset.script import ScriptSpec
from training.record.device_records import Sample
from training.record.event_records import LaneEnded, LaneStatus
from training.record.lane_records import Built, Error, Finished, Imported, LaneRecord, Warm
from training.record.log_tail import log_tail
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder
from training.record.script_records import Limit, NoGate, StepTelemetry, Telemetry
from training.supervisor.exit_name import name_exit
from training.supervisor.lane_standing import LaneStanding, Stage
from training.supervisor.script_end import script_ended
from training.supervisor.stopped_group import StoppedGroup
from training.supervisor.worker_process import WorkerProcess


@dataclass(slots=True)
class LaneRun:
    """A lane's stage, its process, and what its worker told of its end."""

    lane: Lane
    folder: RunFolder
    standing: LaneStanding = LaneStanding("unlaunched", 0.0)
    worker: WorkerProcess | None = None
    stop_asked: bool = False
    signal_after_s: float | None = None
    """When a worker that was asked to stop is signalled next, in seconds since the run began."""
    signals_sent: int = 0
    reached: str = ""
    """The bound of the run at which it is ended by us, as nothing in it does: "steps" or "minutes"; empty without."""
    no_gate: str = ""
    """Why no step comes at which it could stop, so that a stop is by signals at once; empty where one may come."""
    mps_terminated: bool = False
    """Whether its work was ended through MPS."""
    given_up: str = ""
    device_lost: str = ""
    """What the meter said when the device was lost."""
    at_error: Sample | None = None
    """The device when the lane told of its failure."""
    reader: TailingReader[LaneRecord] = field(init=False)
    finished: Finished | None = None
    error: Error | None = None
    uses_device_since_s: float | None = None
    """When its framework had set the GPU up; None before, and where it trains on the CPU."""
    ended: LaneEnded | None = None
    telemetry: StepTelemetry = "each"
    """How its steps are told; those that are told one by one pass a gate."""
    stopped: StoppedGroup | None = None
    """Its processes, while they are stopped by a signal."""
    script: ScriptSpec | None = None
    """What it runs, where that is a script or program of the user's."""

    def __post_init__(self) -> None:
        self.reader = TailingReader(self.folder.lane_records(self.lane), LaneRecord)

    @property
    def process(self) -> LaneProcess | None:
        """The lane's process as the meter sees it."""
        worker = self.worker  # taken once: the event loop may end it meanwhile
        if worker is None:
            return None
        return LaneProcess(worker.pid, self.standing.stage == "warming", self.uses_device_since_s)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.standing.stage == "ended"

    def enter(self, stage: Stage, now_s: float) -> None:
        """Move to a stage."""
        self.standing = LaneStanding(stage, now_s)

    def stop(self, reason: str, now_s: float, within_s: float) -> LaneEnded | None:
        """Have it checkpoint and stop within so long, or at once; returns its end where it has no process."""
        self.stop_asked = True
        if self.worker is None:
            self.ended = self.end_record(None, now_s)
            self.enter("ended", now_s)
            return self.ended
        self.worker.tell("stop", self.lane, reason=reason)
        if self.signal_after_s is None:
            self.signal_after_s = now_s + (0.0 if self.no_gate else within_s)
        return None

    def read_records(self, now_s: float) -> Iterator[LaneRecord]:
        """Take in what the worker told since the last look."""
        for record in self.reader.read_new():
            if isinstance(record, Imported) and self.standing.stage == "importing":
                self.enter("queued", now_s)
            elif isinstance(record, Warm) and self.standing.stage == "warming":
                self.enter("warm", now_s)
            elif isinstance(record, Telemetry):
                self.telemetry = record.steps
                if record.steps == "none" and self.standing.stage == "warming":
                    self.enter("warm", now_s)  # nobody is to wait for steps that may never come
            elif isinstance(record, Built) and record.device not in ("CPU", ""):
                self.uses_device_since_s = record.t
            elif isinstance(record, Limit) and not self.stop_asked:
                self.reached = record.reached
            elif isinstance(record, NoGate):
                self.signal_at_once(record.why, now_s)
            elif isinstance(record, Finished):
                self.finished = record
            elif isinstance(record, Error):
                self.error = record
            yield record

    def signal_at_once(self, why: str, now_s: float) -> None:
        """No step is waited for at which it could stop; one that is to stop is signalled now."""
        self.no_gate = why
        if self.signal_after_s is not None and not self.signals_sent:
            self.signal_after_s = now_s

    def end_record(self, exit_code: int | None, now_s: float) -> LaneEnded:
        """How the lane ended, told by its own records first and by its exit code where it could not tell."""
        status: LaneStatus
        if self.given_up:
            return self._failed(
                now_s, exit_code, "hung", self.given_up, "The lane's log shows how far it came."
            )
        if self.device_lost and (self.finished is None or self.finished.status != "completed"):
            return self._failed(
                now_s,
                exit_code,
                "device-lost",
                f"The device was lost: {self.device_lost}",
                "The driver gave it up: dmesg has its Xid messages; a reset or a reboot (an administrator's) may bring "
                "it back. The lane's last checkpoint is in its folder.",
            )
        if self.script is not None:
            return self._script_end(self.script, exit_code, now_s)
        if self.error is not None:
            error = self.error
            return LaneEnded(
                t=now_s, lane=self.lane, status="failed", exit_code=exit_code, kind=error.kind,
                message=error.message, hint=error.hint, log_tail=error.log_tail,
            )  # fmt: skip
        if self.finished is not None:
            status = self.finished.status
            return LaneEnded(
                t=now_s, lane=self.lane, status=status, exit_code=exit_code, message=self.finished.reason
            )
        ended_by_us = self.signals_sent > 0 and exit_code in (-signal.SIGTERM, -signal.SIGKILL)
        if exit_code is None or (self.stop_asked and ended_by_us):
            return LaneEnded(
                t=now_s, lane=self.lane, status="stopped", exit_code=exit_code, message="asked to stop"
            )
        return self._failed(now_s, exit_code, *(self._last_words(exit_code) or name_exit(exit_code)))

    def _script_end(self, script: ScriptSpec, exit_code: int | None, now_s: float) -> LaneEnded:
        """Its exit code decides: what it told of itself may have been before its end."""
        told = script_ended(
            script, exit_code, self.error, self.finished, self.stop_asked, self.signals_sent, self.reached
        )
        if told.status != "failed":
            return LaneEnded(
                t=now_s, lane=self.lane, status=told.status, exit_code=exit_code, message=told.message
            )
        if self.error is None and exit_code is not None and (words := self._last_words(exit_code)):
            return self._failed(now_s, exit_code, *words)
        return self._failed(now_s, exit_code, told.kind, told.message, told.hint)

    def _last_words(self, exit_code: int) -> tuple[str, str, str] | None:
        """Kind, message and hint where a process that could not tell its end left words of exhausted memory.

        A check that fails inside the framework ends the process at once (SIGABRT); what it said is in the log.
        """
        if exit_code in (-signal.SIGKILL, -signal.SIGTERM):
            return None  # somebody else's doing
        for line in reversed(log_tail(self.folder.lane_log(self.lane), lines=40)):
            which = out_of_memory(line, on_gpu=self.uses_device_since_s is not None)
            if which in (DEVICE, PROBABLY_DEVICE):
                said = line.strip()[:300]
                return (
                    OUT_OF_MEMORY,
                    f"The training ended in the words of exhausted device memory: {said}",
                    "",
                )
        return None

    def cannot_start_record(self, error: OSError, now_s: float) -> LaneEnded:
        """The end of a lane whose process could not even be started."""
        return LaneEnded(
            t=now_s,
            lane=self.lane,
            status="failed",
            exit_code=None,
            kind="cannot-start",
            message=f"The training's process cannot be started: {_told(error)}",
            hint="Check free memory, disk and the limits on processes and open files (ulimit -a).",
        )

    def _failed(self, now_s: float, exit_code: int | None, kind: str, message: str, hint: str) -> LaneEnded:
        return LaneEnded(
            t=now_s, lane=self.lane, status="failed", exit_code=exit_code, kind=kind, message=message, hint=hint,
            log_tail=log_tail(self.folder.lane_log(self.lane)),
        )  # fmt: skip


def lane_runs(plan: Plan, folder: RunFolder) -> dict[Lane, LaneRun]:
    """The lanes of a plan, before anything of them runs."""
    return {lane: LaneRun(lane, folder, script=planned.preset.script) for lane, planned in plan.lanes.items()}


def _told(error: OSError) -> str:
    """With the file, where one is meant: an interpreter, a folder."""
    named = f": {error.filename}" if isinstance(error.filename, str) else ""
    return f"{error.strerror or error}{named}"
