"""Pause lanes that pass no gate: their processes are stopped as a group, and that is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from training.plan import Lane
from training.record.event_records import Note, ProcessContinued, ProcessStopped
from training.record.lane_records import LaneRecord
from training.record.script_records import Limit, Telemetry
from training.record.writer import RecordWriter
from training.supervisor.lane_run import LaneRun
from training.supervisor.stopped_group import StoppedGroup


class ProcessPauses:
    """Stops and continues the processes of lanes. Never under MPS: a stopped client may hold up the other's work."""

    def __init__(
        self,
        events: RecordWriter,
        now: Callable[[], float],
        is_under_mps: Callable[[], bool],
        stands_still: Callable[[Lane, bool], None],
    ) -> None:
        """`stands_still` takes that a lane stands still, or does not any more, as other lanes' workers tell it."""
        self._events = events
        self._now = now
        self._is_under_mps = is_under_mps
        self._stands_still = stands_still

    def tell(self, run: LaneRun, do: str, **details: Any) -> bool:
        """Tell a lane's worker something; False where it does not take it. Where it passes no gate it is stopped."""
        if do == "pause" and run.telemetry != "each":
            return self.pause(run)
        if do == "resume":
            self.go_on(run)
        return run.worker is not None and run.worker.tell(do, run.lane, **details)

    def pause(self, run: LaneRun) -> bool:
        """Stop the lane's processes; False where it has none, or they cannot be."""
        if run.worker is None or self._is_under_mps():
            return False
        if run.stopped is not None:
            return True
        try:
            run.stopped = StoppedGroup(run.worker, self._now())
        except OSError as error:
            why = f"its processes are not stopped: nothing can be started to guard them ({error.strerror or error})"
            self._events.write(Note(t=self._now(), message=why, lane=run.lane))
            return False
        self._events.write(ProcessStopped(t=self._now(), lane=run.lane))
        self._stands_still(run.lane, True)
        return True

    def go_on(self, run: LaneRun) -> None:
        """Let the lane's processes go on; also before anything that is to end them, which they would not hear of."""
        stopped, run.stopped = run.stopped, None
        if stopped is None:
            return
        stopped.go_on()
        now_s = self._now()
        stopped_s = round(now_s - stopped.since_s, 6)
        self._events.write(ProcessContinued(t=now_s, lane=run.lane, stopped_s=stopped_s))
        self._stands_still(run.lane, False)

    def see_to(self, run: LaneRun, record: LaneRecord, *, is_held: bool, stop: Callable[[str], None]) -> None:
        """See to what a script's lane tells that a preset's never does.

        Args:
            run: the lane.
            record: what it told.
            is_held: whether it was told to stand still.
            stop: has the lane stop, with a reason.
        """
        match record:
            case Telemetry() if record.steps != "each" and is_held:
                self.pause(run)  # it passes no gate (any more) at which it could stand
            case Limit() if not run.stop_asked:
                stop(f"--{record.reached} is reached, in a loop that no fit takes")
                run.signal_at_once("it has its length, and its loop is its own", self._now())
            case _:
                pass
