"""Own one run: carry out what the sharing policy decides, and tell what happened."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from functools import partial
from typing import Any

from training.analysis.disk_room import disk_is_full
from training.control.protocol import Reply, Request
from training.plan import Lane, LanePlan, Plan, Sharing
from training.record.event_records import (
    BarrierOpened,
    Began,
    DeviceLost,
    LaneStatus,
    Note,
    WarmingUp,
)
from training.record.lane_records import Error
from training.record.liveness import boot_id
from training.record.run_folder import RunFolder
from training.supervisor.answering import Answering
from training.supervisor.ending import Ending
from training.supervisor.joining import take_place, words_on_pair
from training.supervisor.lane_run import LaneRun, lane_runs
from training.supervisor.lane_standing import (
    Action,
    GiveUp,
    HoldBack,
    LaneStanding,
    Launch,
    LetTrain,
    Release,
    WarmUp,
)
from training.supervisor.launch_environment import own_environment
from training.supervisor.launching import Launcher
from training.supervisor.measuring import HeardWriter, Measuring
from training.supervisor.mps_sharing import MpsHooks, MpsSharing
from training.supervisor.process_pauses import ProcessPauses
from training.supervisor.sampling import DeviceSampling
from training.supervisor.sharing_choice import SharingChoice
from training.supervisor.silence import fell_silent
from training.supervisor.worker_process import WorkerProcess

TICK_S = 0.5


class Supervisor:
    """The lanes of one run and their processes. Lives on one event loop; `run` returns when every lane has ended."""

    def __init__(self, folder: RunFolder, plan: Plan, events: HeardWriter) -> None:
        self.zero_s = time.monotonic()
        self.plan = plan
        self.events = events
        self.lanes: dict[Lane, LaneRun] = lane_runs(plan, folder)
        self.sampling: DeviceSampling | None = None
        self._folder = folder
        self._mps: MpsSharing | None = None
        if plan.sharing == "mps":
            hooks = MpsHooks(self._fall_back, self.decide)
            self._mps = MpsSharing(plan, folder, events, self.now, hooks, environment=own_environment())
        self.measuring = Measuring(
            plan, events, self.now,
            tell=self._tell, lives=self._trains, samples=lambda: self.sampling, block_done=self._block_done,
            hears=lambda: not disk_is_full(folder.path),
        )  # fmt: skip
        self._launcher = Launcher(folder, self.zero_s, events, self.now, self._on_doorbell, self._on_exit)
        self._choice = SharingChoice(plan, events, self.now, self.measuring.history, self._mps)
        self._answering = Answering(self)
        self._ending = Ending(events, self.now, plan.limits.stop_s, self._mps)
        self._pauses = ProcessPauses(
            events, self.now, lambda: self.sharing == "mps", self.measuring.stands_still
        )
        self._folder_gone = False
        self._all_ended = asyncio.Event()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.zero_s

    @property
    def outcome(self) -> LaneStatus:
        """The run's outcome: a lane that failed outweighs one that was stopped."""
        statuses = {run.ended.status for run in self.lanes.values() if run.ended is not None}
        if "failed" in statuses:
            return "failed"
        return "stopped" if "stopped" in statuses else "completed"

    def tell_began(self, wall: str) -> None:
        """Write the run's zero."""
        self.events.write(
            Began(t=0.0, monotonic_s=self.zero_s, wall=wall, boot_id=boot_id(), sharing=self.plan.sharing)
        )

    async def run(self) -> None:
        """Carry the run through to the end of its last lane."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, partial(self.stop_all, f"the supervisor got {number.name}"))
        if self._mps is not None:
            await self._mps.start()
        self.measuring.start()
        self.decide()
        while not self._all_ended.is_set():
            try:
                await asyncio.wait_for(self._all_ended.wait(), TICK_S)
            except TimeoutError:
                self._tick()
        await self.measuring.end()
        if self._mps is not None:
            await self._mps.end()

    def answer(self, request: Request) -> Reply:
        """Carry out what was asked from outside, or say why not."""
        return self._answering.answer(request)

    def device_lost(self, message: str) -> None:
        """The device is gone: there is nothing left to train on, and a lane that ends from now on failed."""
        self.events.write(DeviceLost(t=self.now(), message=message))
        for run in self.lanes.values():
            run.device_lost = message
        self.stop_all("the device is lost")

    # Sharing ----------------------------------------------------------------------------------------------------

    @property
    def sharing(self) -> Sharing:
        """How the lanes share the device now."""
        return self._choice.sharing

    def change_sharing(self, after: Sharing, because: str) -> None:
        """Share the device another way from now on; a lane that must wait stands still at its next batch."""
        self._choice.change(after, because)
        self._choice.look()  # at what was measured so far
        self.decide()

    def _fall_back(self, because: str) -> None:
        self._choice.fall_back(because)

    def _block_done(self) -> None:
        """Numbers are new: the place to change one's mind, and to end a run that was only to be measured."""
        if self.plan.probing.then_stop and self.measuring.budget.is_done:
            self.stop_all("every block is measured")
        if self._choice.look():
            self.decide()

    def join(self, planned: LanePlan, lane: Lane, by: str) -> None:
        """Add a lane beside the one that trains, or in the place of one that has ended.

        Raises:
            OSError: the run's files cannot be changed.
        """
        place = take_place(self._folder, self.plan, lane, planned)
        told_until_now = words_on_pair(self.measuring.history.contention())
        self.plan = place.plan
        self.lanes[lane] = LaneRun(lane, self._folder, script=planned.preset.script)
        if told_until_now:
            self.events.write(Note(t=self.now(), message=told_until_now))
        self.events.write(place.taken(self.now(), lane, planned, by))
        self.measuring.joined(lane)
        self.decide()

    # Decisions --------------------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Ask the policy until it has nothing more to do with what stands, or nothing more can be done of it now."""
        done: tuple[Action, ...] = ()
        while (actions := self._choice.policy.decide(self._standings(), self.now())) and actions != done:
            for action in actions:
                self._carry_out(action)
            done = actions
        self.measuring.changes.happened()
        if all(run.has_ended for run in self.lanes.values()):
            self._all_ended.set()

    def _standings(self) -> dict[Lane, LaneStanding]:
        holds = self.measuring.holds
        return {
            lane: LaneStanding(run.standing.stage, run.standing.since_s, "turn" in holds.why(lane))
            for lane, run in self.lanes.items()
        }

    def _carry_out(self, action: Action) -> None:
        match action:
            case Launch(lane):
                self._launch(lane)
            case WarmUp(lane):
                if self.sampling is not None:
                    self.sampling.take_now()  # what the other took in its own belongs to none that comes after
                self.lanes[lane].enter("warming", self.now())
                self._tell(lane, "warm_up")
                self.events.write(WarmingUp(t=self.now(), lane=lane))
            case Release(lanes, because):
                for lane in lanes:
                    self.lanes[lane].enter("released", self.now())
                    self._tell(lane, "release")
                self.events.write(BarrierOpened(t=self.now(), lanes=lanes, because=because))
            case GiveUp(lane, because):
                self._ending.give_up(self.lanes[lane], because, self.lanes)
            case HoldBack(lane):
                self.measuring.holds.hold(lane, "turn")  # one that is just ending does not take it
            case LetTrain(lane):
                self.measuring.holds.let_go(lane, "turn")

    def _launch(self, lane: Lane) -> None:
        if self.lanes[lane].standing.stage != "unlaunched":
            return  # its process came with the other lane's
        mps = self._mps.worker_variables(lane) if self._mps is not None else None
        if self.plan.sharing == "one-process":
            self._launcher.launch(self.plan, list(self.lanes.values()), mps)
        else:
            self._launcher.launch(self.plan, [self.lanes[lane]], mps)

    def _tell(self, lane: Lane, do: str, **details: Any) -> bool:
        return self._pauses.tell(self.lanes[lane], do, **details)

    def _trains(self, lane: Lane) -> bool:
        run = self.lanes.get(lane)
        return run is not None and run.worker is not None and not run.stop_asked and run.finished is None

    # What comes from the workers --------------------------------------------------------------------------------

    def _on_doorbell(self, worker: WorkerProcess) -> None:
        if not worker.drain_doorbell():
            asyncio.get_running_loop().remove_reader(worker.doorbell_fd)  # it would be readable for good
            worker.silent_since_s = self.now()
        before = self._stages()
        self._read(worker)
        if self._stages() != before:
            if self._mps is not None:
                for lane in worker.lanes:
                    self._mps.look_at(self.lanes[lane])
            self.decide()

    def _on_exit(self, worker: WorkerProcess) -> None:
        self._read(worker)
        for run in self.lanes.values():
            if run.worker is worker:
                self._pauses.go_on(run)  # its group is to be left before its number is free
        exit_code = worker.reap()
        for run in self.lanes.values():
            if run.worker is worker:
                run.worker = None
                self._ended(run, exit_code)

    def _stages(self) -> list[object]:
        return [run.standing for run in self.lanes.values()]

    def _read(self, worker: WorkerProcess) -> None:
        for lane in worker.lanes:
            run = self.lanes[lane]
            if run.worker is not worker:
                continue
            for record in run.read_records(self.now()):
                self.measuring.take(lane, record)
                if isinstance(record, Error) and self.sampling is not None:
                    run.at_error = self.sampling.latest
                is_held = bool(self.measuring.holds.why(lane))
                self._pauses.see_to(run, record, is_held=is_held, stop=partial(self.stop_lane, run))
            if len(worker.lanes) > 1 and (run.finished is not None or run.error is not None):
                run.worker = None  # the process goes on with the other lane
                self._ended(run, None)
        self.measuring.changes.happened()

    def _ended(self, run: LaneRun, exit_code: int | None) -> None:
        self._ending.ended(run, exit_code, self.lanes, self.plan, self.sampling)
        self.measuring.holds.forget(run.lane)
        self.decide()

    # Stopping ---------------------------------------------------------------------------------------------------

    def stop_all(self, reason: str) -> None:
        """Have every lane checkpoint and stop."""
        for run in self.lanes.values():
            if not run.has_ended:
                self.stop_lane(run, reason)
        self.decide()

    def stop_lane(self, run: LaneRun, reason: str) -> None:
        """Have one lane checkpoint and stop; signals follow where it does not."""
        self._pauses.go_on(run)
        self._ending.stop(run, reason)

    def kill_lane(self, run: LaneRun) -> None:
        """End one lane's process now."""
        self._pauses.go_on(run)
        self._ending.kill(run, self.lanes)

    def _tick(self) -> None:
        if not self._folder_gone and self._folder.is_gone:
            self._folder_gone = True
            print(f"{self._folder.path} is gone: nobody could find it any more", file=sys.stderr, flush=True)
            self.stop_all("the run's folder is gone")
        self.events.flush()
        if self.sampling is not None:
            self.sampling.look()
        if self._mps is not None:
            self._mps.tick()
        self.measuring.holds.tell_again()
        for worker in {run.worker for run in self.lanes.values() if run.worker is not None}:
            self._read(worker)
        for run in self.lanes.values():
            if (silent := fell_silent(run, self.now())) is not None:
                self.measuring.take(run.lane, silent)
                self.events.write(Note(t=silent.t, lane=run.lane, message=silent.why))
            self._ending.escalate(run, self.lanes)
        if self._choice.tick():
            self.measuring.prober.measure_anew()
        self.decide()
