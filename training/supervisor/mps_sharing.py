"""A run under MPS: a daemon before the first launch, proof for each lane, its end after the last."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from training.mps_limits import limit_variables
from training.plan import MPS_WARNING, Lane, Plan
from training.record.event_records import MpsEnded, MpsStarted, MpsVerified, Note
from training.record.log_tail import log_tail
from training.record.mps_home import (
    LOGS_VARIABLE,
    PIPES_VARIABLE,
    MpsHome,
    forget_dead_homes,
    left_daemons,
    mps_home,
)
from training.record.run_folder import RunFolder
from training.record.run_home import runtime_home
from training.record.writer import RecordWriter
from training.supervisor.lane_run import LaneRun
from training.supervisor.mps_clients import clients_by_lane, with_descendants
from training.supervisor.mps_control import (
    PROGRAM,
    MpsClient,
    MpsControl,
    MpsError,
    daemon_environment,
    find_program,
)
from training.supervisor.mps_daemon import MpsDaemon, MpsTimes
from training.supervisor.mps_watch import MpsWatch

LOOK_PERIOD_S = 0.2


@dataclass(frozen=True, slots=True)
class MpsHooks:
    """What the supervisor does on MPS's account; both are called on its event loop."""

    fall_back: Callable[[str], None]
    """The lanes are not under MPS, and why."""
    decide: Callable[[], None]
    """Something the policy waits for has come."""


class MpsSharing:
    """The run's own daemon. Whatever goes wrong with it ends as a reason to share the device another way.

    All that may hang runs in threads, each call with a limit of its own.
    """

    def __init__(
        self,
        plan: Plan,
        folder: RunFolder,
        events: RecordWriter,
        now: Callable[[], float],
        hooks: MpsHooks,
        *,
        environment: Mapping[str, str],
        times: MpsTimes | None = None,
    ) -> None:
        self.is_settled = False
        """Whether it is known if there is a daemon: nothing is launched before."""
        self.why_not = ""
        """Why the lanes are not under MPS; empty while they are."""
        self._plan = plan
        self._folder = folder
        self._events = events
        self._now = now
        self._hooks = hooks
        self._environment = environment
        self._times = times or MpsTimes()
        self._home: MpsHome | None = None
        self._watch: MpsWatch | None = None
        self._daemon: MpsDaemon | None = None
        self._proven: dict[Lane, MpsClient] = {}
        self._runs: dict[Lane, LaneRun] = {}
        self._looked_at: set[Lane] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Lock()
        self._told_death = False

    # Before the launch ------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Start the daemon, or say why the lanes go without."""
        why_not = await asyncio.to_thread(self._start)
        self.is_settled = True
        if why_not:
            await asyncio.to_thread(self._dismiss)
            self._not_under_mps(why_not)
            return
        assert self._daemon is not None
        self._events.write(
            MpsStarted(
                t=self._now(),
                daemon_pid=self._daemon.identity.pid,
                pipe_folder=str(self._daemon.home.pipes),
                log_folder=str(self._daemon.home.logs),
                shares_percent=dict(self._plan.mps.shares_percent),
                pinned_memory_mib=dict(self._plan.mps.pinned_memory_mib),
            )
        )
        self._events.write(Note(t=self._now(), message=MPS_WARNING))

    def worker_variables(self, lane: Lane) -> dict[str, str] | None:
        """What makes a lane's worker a client of the daemon; None where it is to be none."""
        if self._daemon is None or self.why_not:
            return None
        home = self._daemon.home
        variables = {PIPES_VARIABLE: str(home.pipes), LOGS_VARIABLE: str(home.logs)}
        return variables | limit_variables(self._plan.mps, lane)

    def _start(self) -> str:
        device = self._plan.device
        if device.kind != "gpu" or device.uuid is None:
            return "there is no GPU to share"
        if self._plan.lane_devices:
            return "each lane has a MIG instance of its own: they share nothing"
        program = find_program(self._environment)
        if program is None:
            return f"{PROGRAM} is not on PATH (it comes with NVIDIA's driver)"
        try:
            runtime = runtime_home()
            forget_dead_homes(runtime)
            for left in left_daemons(runtime):
                message = (
                    f"An MPS daemon of an earlier run is left, process {left.pid}; end it with: {left.remedy}"
                )
                self._events.write(Note(t=self._now(), message=message))
            home = mps_home(runtime, self._folder.path)
            if not home.is_short_enough:
                return f"the path of its daemon's sockets is too long: {home.pipes} (set XDG_RUNTIME_DIR or TMPDIR)"
            home.make()
            self._home = home
            self._watch = MpsWatch(home, program, device.uuid, self._environment)
        except OSError as error:
            return f"its MPS daemon has no place to live: {error}"
        environment = daemon_environment(self._environment, home, device.uuid)
        control = MpsControl(program, environment, answer_s=self._times.answer_s)
        try:
            self._daemon = MpsDaemon.start(home, control, self._times)
        except MpsError as error:
            self._keep_logs()
            return f"its MPS daemon {error}"
        return ""

    # The proof --------------------------------------------------------------------------------------------------

    def look_at(self, run: LaneRun) -> None:
        """Look for a lane that has become warm among the daemon's clients; the policy waits for it."""
        self._runs[run.lane] = run
        if run.standing.stage == "warm" and not self.why_not and run.lane not in self._looked_at:
            self._looked_at.add(run.lane)
            self._begin(self._prove(run))

    def awaits(self, lane: Lane) -> bool:
        """Whether a warm lane is still to be found in the daemon's list."""
        return not self.why_not and lane not in self._proven

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the loop itself keeps no hold on a task
        task.add_done_callback(self._tasks.discard)

    async def _prove(self, run: LaneRun) -> None:
        why_not = ""
        deadline_s = self._now() + self._times.verify_s
        while not run.has_ended and not self.why_not:
            found, why_not = await asyncio.to_thread(self._find, run)
            if found is not None:
                self._proven[run.lane] = found
                self._events.write(MpsVerified(t=self._now(), server_pid=found.server_pid, lanes=(run.lane,)))
                break
            is_on_cpu = run.uses_device_since_s is None and run.telemetry == "each"
            if is_on_cpu:
                why_not = f"lane {run.lane} trains on the CPU"
            if is_on_cpu or self._now() > deadline_s:
                self._not_under_mps(why_not)
                break
            await asyncio.sleep(LOOK_PERIOD_S)
        self._hooks.decide()

    def _find(self, run: LaneRun) -> tuple[MpsClient | None, str]:
        """The lane's line in the daemon's list; else why there is none."""
        worker, daemon = run.worker, self._daemon
        if worker is None or daemon is None:
            return None, f"lane {run.lane} has ended"
        processes = {
            lane: with_descendants(other.worker.pid)
            for lane, other in self._runs.items()
            if other.worker is not None
        }
        try:
            found = clients_by_lane(daemon.clients(), processes, (*self._proven, run.lane))
        except MpsError as error:
            return None, f"its MPS daemon {error}"
        why_not = f"its MPS daemon does not list lane {run.lane} (process {worker.pid}) as a client"
        return found.get(run.lane), why_not

    def _not_under_mps(self, why_not: str) -> None:
        if self.why_not:
            return
        self.why_not = why_not
        self._hooks.fall_back(why_not)
        if self._daemon is not None:
            # A lane that is still to initialise its device would become a client: the daemon goes first.
            self._begin(self._end_unless_held(self._daemon))

    async def _end_unless_held(self, daemon: MpsDaemon) -> None:
        try:
            held = bool(await asyncio.to_thread(daemon.clients))
        except MpsError:
            held = daemon.is_alive  # who holds it is not known: it stays until the lanes have ended
        if not held:
            await self.end()

    # The end ----------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Tell of a daemon that has ended while trainings run: its servers may live on, and with them the clients."""
        if self._daemon is not None and not self._told_death and not self._daemon.is_alive:
            self._told_death = True
            message = f"The run's MPS daemon, process {self._daemon.identity.pid}, has ended by itself"
            self._events.write(Note(t=self._now(), message=message))

    def terminate(self, lane: Lane) -> bool:
        """Begin to have the lane's work on the GPU ended, before its process is killed; whether there is any."""
        client, daemon = self._proven.get(lane), self._daemon
        if client is None or daemon is None:
            return False

        async def terminate() -> None:
            try:
                await asyncio.to_thread(daemon.terminate_client, client)
            except MpsError as error:
                self._events.write(Note(t=self._now(), message=f"The run's MPS daemon {error}", lane=lane))

        self._begin(terminate())
        return True

    async def end(self) -> None:
        """End the daemon; called once no client holds it. Does nothing where there is none (any more)."""
        async with self._ending:
            daemon, self._daemon = self._daemon, None
            if daemon is not None:
                error = await asyncio.to_thread(daemon.stop)
                self._events.write(MpsEnded(t=self._now(), error=error))
            await asyncio.to_thread(self._dismiss)

    def _dismiss(self) -> None:
        if self._watch is not None:
            self._watch.dismiss()
            self._watch = None
        if self._home is not None and self._home.daemon() is None:
            self._home.remove()

    def _keep_logs(self) -> None:
        """The daemon's last words go into the supervisor's log: its folder is about to go."""
        if self._home is None:
            return
        for path in sorted(self._home.logs.glob("*.log")):
            for line in log_tail(path):
                print(f"{path.name}: {line}", file=sys.stderr, flush=True)
