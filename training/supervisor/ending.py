"""How a lane comes to its end: asked, signalled, given up, or by itself; and how that is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.plan import Lane, Plan
from training.record.event_records import Note
from training.record.writer import RecordWriter
from training.supervisor.escalation import escalate
from training.supervisor.lane_run import LaneRun
from training.supervisor.memory_holders import tell_who_held
from training.supervisor.mps_sharing import MpsSharing
from training.supervisor.sampling import DeviceSampling
from training.supervisor.shared_fate import tell_shared_fate


class Ending:
    """Ends lanes in order, and writes how each ended."""

    def __init__(
        self, events: RecordWriter, now: Callable[[], float], stop_s: float, mps: MpsSharing | None
    ) -> None:
        """`stop_s` is how long a lane may take to end before it is signalled."""
        self._events = events
        self._now = now
        self._stop_s = stop_s
        self._mps = mps

    def stop(self, run: LaneRun, reason: str) -> None:
        """Have a lane checkpoint and stop; signals follow where it does not."""
        ended = run.stop(reason, self._now(), self._stop_s)
        if ended is not None:
            self._events.write(ended)

    def kill(self, run: LaneRun, lanes: Mapping[Lane, LaneRun]) -> None:
        """End a lane's process now."""
        run.reached = ""
        self.stop(run, "killed on request")
        run.signals_sent = max(run.signals_sent, 1)
        run.signal_after_s = self._now()
        self.escalate(run, lanes)

    def give_up(self, run: LaneRun, because: str, lanes: Mapping[Lane, LaneRun]) -> None:
        """A lane that hangs in its start does not read commands in time: signal it."""
        run.given_up = f"Gave the lane up: {because}"
        run.enter("released", self._now())  # no stage of starting any more: it only has to end now
        self._events.write(Note(t=self._now(), message=run.given_up, lane=run.lane))
        run.signal_after_s = self._now()
        self.escalate(run, lanes)

    def escalate(self, run: LaneRun, lanes: Mapping[Lane, LaneRun]) -> None:
        """Signal a lane whose time is over; not where its process trains another on, which nobody asked to end."""
        shares = [one for one in lanes.values() if one.worker is run.worker and one.lane != run.lane]
        if not run.given_up and not all(one.stop_asked for one in shares):
            return
        escalate(run, self._now(), self._events, self._terminate)

    def ended(
        self,
        run: LaneRun,
        exit_code: int | None,
        lanes: Mapping[Lane, LaneRun],
        plan: Plan,
        sampling: DeviceSampling | None,
    ) -> None:
        """Tell how a lane ended whose process is gone, or trains on with the other lane alone (`exit_code` None)."""
        sample = run.at_error
        if sample is None and sampling is not None:
            sample = sampling.latest_with(run.lane)
        run.ended = tell_who_held(run.end_record(exit_code, self._now()), plan, sample)
        if self._mps is not None:
            earlier = [other.ended for other in lanes.values() if other.ended is not None]
            run.ended = tell_shared_fate(run.ended, earlier, under_mps=not self._mps.why_not)
        run.enter("ended", self._now())
        self._events.write(run.ended)

    def _terminate(self, lane: Lane) -> bool:
        return self._mps is not None and self._mps.terminate(lane)
