"""Own one run: carry out what the sharing policy decides, answer what is asked, tell what happened."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Mapping
from functools import partial

from training.control.protocol import Reply, Request
from training.meters.meter import LaneProcess
from training.plan import Lane, Plan, Sharing
from training.record.event_records import (
    Asked,
    BarrierOpened,
    Began,
    DeviceLost,
    LaneStatus,
    Launched,
    Note,
    SharingChanged,
    WarmingUp,
)
from training.record.lane_records import Error
from training.record.liveness import boot_id
from training.record.run_folder import RunFolder
from training.record.writer import RecordWriter
from training.supervisor.escalation import escalate
from training.supervisor.lane_run import LaneRun
from training.supervisor.lane_standing import Action, GiveUp, Launch, Release, WarmUp
from training.supervisor.launch_environment import left_out, own_environment, without_mps, worker_environment
from training.supervisor.memory_holders import tell_who_held
from training.supervisor.mps_sharing import MpsHooks, MpsSharing
from training.supervisor.policy import SharingPolicy, policy_for
from training.supervisor.sampling import DeviceSampling
from training.supervisor.shared_fate import tell_shared_fate
from training.supervisor.worker_process import WorkerProcess

TICK_S = 0.5


class Supervisor:
    """The lanes of one run and their processes. Lives on one event loop; `run` returns when every lane has ended."""

    def __init__(self, folder: RunFolder, plan: Plan, events: RecordWriter) -> None:
        self.zero_s = time.monotonic()
        self._folder = folder
        self._plan = plan
        self._events = events
        self._mps: MpsSharing | None = None
        if plan.sharing == "mps":
            hooks = MpsHooks(self._fall_back, self._decide)
            self._mps = MpsSharing(plan, folder, events, self.now, hooks, environment=own_environment())
        self._policy: SharingPolicy = policy_for(plan.sharing, plan.limits, self._mps)
        self._lanes: dict[Lane, LaneRun] = {lane: LaneRun(lane, folder) for lane in plan.lanes}
        self.sampling: DeviceSampling | None = None
        self._window_id = 0
        self._folder_gone = False
        self._all_ended = asyncio.Event()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.zero_s

    @property
    def outcome(self) -> LaneStatus:
        """The run's outcome: a lane that failed outweighs one that was stopped."""
        statuses = {run.ended.status for run in self._lanes.values() if run.ended is not None}
        if "failed" in statuses:
            return "failed"
        return "stopped" if "stopped" in statuses else "completed"

    def lane_processes(self) -> Mapping[Lane, LaneProcess]:
        """Each lane's process as the meter sees it; a lane that has none is absent. Asked by the sampling thread."""
        processes = {lane: run.process for lane, run in self._lanes.items()}
        return {lane: process for lane, process in processes.items() if process is not None}

    def tell_began(self, wall: str) -> None:
        """Write the run's zero."""
        self._events.write(
            Began(t=0.0, monotonic_s=self.zero_s, wall=wall, boot_id=boot_id(), sharing=self._plan.sharing)
        )

    async def run(self) -> None:
        """Carry the run through to the end of its last lane."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, partial(self._stop_all, f"the supervisor got {number.name}"))
        if self._mps is not None:
            await self._mps.start()
        self._decide()
        while not self._all_ended.is_set():
            try:
                await asyncio.wait_for(self._all_ended.wait(), TICK_S)
            except TimeoutError:
                self._tick()
        if self._mps is not None:
            await self._mps.end()

    def _fall_back(self, because: str) -> None:
        """The lanes are not under MPS. Where the device takes one process at a time, they go one after the other."""
        after: Sharing = "sequential" if self._plan.device.one_process else "together"
        self._events.write(SharingChanged(t=self.now(), before="mps", after=after, because=because))
        self._policy = policy_for(after, self._plan.limits)

    def device_lost(self, message: str) -> None:
        """The device is gone: there is nothing left to train on, and a lane that ends from now on failed."""
        self._events.write(DeviceLost(t=self.now(), message=message))
        for run in self._lanes.values():
            run.device_lost = message
        self._stop_all("the device is lost")

    def answer(self, request: Request) -> Reply:
        """Carry out what was asked from outside, or say why not."""
        asked = [run for run in self._lanes.values() if request.lane in (None, run.lane)]
        live = [run for run in asked if not run.has_ended]
        if request.ask == "status":
            return Reply(ok=True, stages={run.lane: run.standing.stage for run in asked})
        if not asked:
            return Reply(ok=False, why=f"this run has no lane {request.lane}")
        if not live:
            return Reply(
                ok=False, why="that lane has ended already" if request.lane else "both lanes have ended"
            )
        self._events.write(Asked(t=self.now(), what=request.ask, lane=request.lane, by=request.by[:80]))
        if request.ask == "stop":
            for run in live:
                self._stop(run, request.by or "asked to stop")
            self._decide()
            return Reply(ok=True)
        if request.ask == "kill":
            return self._kill(live)
        return self._pass_on(request, live)

    # Decisions --------------------------------------------------------------------------------------------------

    def _decide(self) -> None:
        """Ask the policy until it has nothing more to do with what stands."""
        while actions := self._policy.decide(
            {lane: run.standing for lane, run in self._lanes.items()}, self.now()
        ):
            for action in actions:
                self._carry_out(action)
        if all(run.has_ended for run in self._lanes.values()):
            self._all_ended.set()

    def _carry_out(self, action: Action) -> None:
        match action:
            case Launch(lane):
                self._launch(self._lanes[lane])
            case WarmUp(lane):
                self._lanes[lane].enter("warming", self.now())
                self._tell(lane, "warm_up")
                self._events.write(WarmingUp(t=self.now(), lane=lane))
            case Release(lanes, because):
                for lane in lanes:
                    self._lanes[lane].enter("released", self.now())
                    self._tell(lane, "release")
                self._events.write(BarrierOpened(t=self.now(), lanes=lanes, because=because))
            case GiveUp(lane, because):
                self._give_up(self._lanes[lane], because)

    def _launch(self, run: LaneRun) -> None:
        preset, device = self._plan.lanes[run.lane].preset, self._plan.device_of(run.lane)
        mps = self._mps.worker_variables(run.lane) if self._mps is not None else None
        mps = without_mps() if mps is None else mps
        environment = worker_environment(own_environment(), device, preset, self._folder, mps)
        for note in left_out(own_environment(), device, preset).values():
            self._events.write(Note(t=self.now(), message=note, lane=run.lane))
        try:
            run.worker = WorkerProcess(self._folder, (run.lane,), self.zero_s, environment)
        except OSError as error:
            self._cannot_start(run, error)
            return
        run.enter("importing", self.now())
        self._events.write(Launched(t=self.now(), lane=run.lane, pid=run.worker.pid))
        loop = asyncio.get_running_loop()
        loop.add_reader(run.worker.doorbell_fd, partial(self._on_doorbell, run))
        loop.add_reader(run.worker.exit_fd, partial(self._on_exit, run))

    def _cannot_start(self, run: LaneRun, error: OSError) -> None:
        """No process, too many open files, a full disk: this lane fails, the other is not touched."""
        run.ended = run.cannot_start_record(error, self.now())
        run.enter("ended", self.now())
        self._events.write(run.ended)

    def _tell(self, lane: Lane, do: str) -> None:
        worker = self._lanes[lane].worker
        if worker is not None:
            worker.tell(do, lane)

    def _give_up(self, run: LaneRun, because: str) -> None:
        """A lane that hangs in its start does not read commands in time: signal it."""
        run.given_up = f"Gave the lane up: {because}"
        run.enter("released", self.now())  # no stage of starting any more: it only has to end now
        self._events.write(Note(t=self.now(), message=run.given_up, lane=run.lane))
        run.signal_after_s = self.now()
        escalate(run, self.now(), self._events, self._terminate)

    # What comes from the workers --------------------------------------------------------------------------------

    def _on_doorbell(self, run: LaneRun) -> None:
        if run.worker is not None:
            run.worker.drain_doorbell()
        before = run.standing
        self._read(run)
        if run.standing != before:
            if self._mps is not None:
                self._mps.look_at(run)
            self._decide()

    def _on_exit(self, run: LaneRun) -> None:
        assert run.worker is not None
        loop = asyncio.get_running_loop()
        loop.remove_reader(run.worker.exit_fd)
        loop.remove_reader(run.worker.doorbell_fd)
        self._read(run)
        exit_code = run.worker.reap()
        run.worker = None
        self._end(run, exit_code)

    def _read(self, run: LaneRun) -> None:
        for record in run.read_records(self.now()):
            if isinstance(record, Error) and self.sampling is not None:
                run.at_error = self.sampling.latest

    def _end(self, run: LaneRun, exit_code: int | None) -> None:
        sample = run.at_error
        if sample is None and self.sampling is not None:
            sample = self.sampling.latest_with(run.lane)
        run.ended = tell_who_held(run.end_record(exit_code, self.now()), self._plan, sample)
        if self._mps is not None:
            earlier = [other.ended for other in self._lanes.values() if other.ended is not None]
            run.ended = tell_shared_fate(run.ended, earlier, under_mps=not self._mps.why_not)
        run.enter("ended", self.now())
        self._events.write(run.ended)
        self._decide()

    # Stopping ---------------------------------------------------------------------------------------------------

    def _stop_all(self, reason: str) -> None:
        for run in self._lanes.values():
            if not run.has_ended:
                self._stop(run, reason)
        self._decide()

    def _stop(self, run: LaneRun, reason: str) -> None:
        run.stop_asked = True
        if run.worker is None:
            run.ended = run.end_record(None, self.now())
            run.enter("ended", self.now())
            self._events.write(run.ended)
            return
        run.worker.tell("stop", run.lane, reason=reason)
        if run.signal_after_s is None:
            run.signal_after_s = self.now() + self._plan.limits.stop_s

    def _kill(self, live: list[LaneRun]) -> Reply:
        for run in live:
            self._stop(run, "killed on request")
            run.signals_sent = max(run.signals_sent, 1)
            run.signal_after_s = self.now()
            escalate(run, self.now(), self._events, self._terminate)
        self._decide()
        return Reply(ok=True)

    def _terminate(self, lane: Lane) -> bool:
        return self._mps is not None and self._mps.terminate(lane)

    # Everything else --------------------------------------------------------------------------------------------

    def _pass_on(self, request: Request, live: list[LaneRun]) -> Reply:
        details: dict[str, float | int] = {}
        if request.ask == "window":
            self._window_id += 1
            details = {"id": self._window_id}
            details |= {"seconds": request.seconds} if request.seconds is not None else {}
            details |= {"steps": request.steps} if request.steps is not None else {}
        taken = [run.worker.tell(request.ask, run.lane, **details) for run in live if run.worker is not None]
        if not taken or not all(taken):
            return Reply(ok=False, why="the lane has no process that could take this now")
        return Reply(ok=True, window_id=self._window_id if request.ask == "window" else None)

    def _tick(self) -> None:
        if not self._folder_gone and self._folder.is_gone:
            self._folder_gone = True
            print(
                f"{self._folder.path} is gone: nobody could find this run any more",
                file=sys.stderr,
                flush=True,
            )
            self._stop_all("the run's folder is gone")
        self._events.flush()
        if self.sampling is not None:
            self.sampling.look()
        if self._mps is not None:
            self._mps.tick()
        for run in self._lanes.values():
            escalate(run, self.now(), self._events, self._terminate)
        self._decide()
