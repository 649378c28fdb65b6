"""Start the workers, and hear of them on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from training.plan import Lane, Plan
from training.preset.script import ScriptSpec
from training.record.event_records import Launched, Note
from training.record.run_folder import RunFolder
from training.record.users_umask import users_umask
from training.record.writer import RecordWriter
from training.supervisor.lane_run import LaneRun
from training.supervisor.launch_environment import left_out, own_environment, without_mps, worker_environment
from training.supervisor.script_launch import script_command, script_environment
from training.supervisor.worker_process import WorkerProcess


class Launcher:
    """Starts a worker for one lane, or one for both; says when it rings and when it has ended."""

    def __init__(
        self,
        folder: RunFolder,
        zero_s: float,
        events: RecordWriter,
        now: Callable[[], float],
        on_doorbell: Callable[[WorkerProcess], None],
        on_exit: Callable[[WorkerProcess], None],
    ) -> None:
        self._folder = folder
        self._zero_s = zero_s
        self._events = events
        self._now = now
        self._on_doorbell = on_doorbell
        self._on_exit = on_exit

    def launch(self, plan: Plan, runs: Sequence[LaneRun], mps: Mapping[str, str] | None) -> None:
        """Start one process for these lanes; `mps` are the variables that make it a client, None for none."""
        first = runs[0].lane
        preset, device = plan.lanes[first].preset, plan.device_of(first)
        clients = without_mps() if mps is None else dict(mps)
        for note in left_out(own_environment(), device, preset).values():
            self._events.write(Note(t=self._now(), message=note, lane=first))
        try:
            if preset.script is not None:
                worker = self._script(plan, first, preset.script, clients)
            else:
                environment = worker_environment(own_environment(), device, preset, self._folder, clients)
                worker = WorkerProcess(
                    self._folder, tuple(run.lane for run in runs), self._zero_s, environment
                )
        except OSError as error:
            self._cannot_start(runs, error)
            return
        for run in runs:
            run.worker = worker
            run.enter("importing", self._now())
            self._events.write(Launched(t=self._now(), lane=run.lane, pid=worker.pid))
        loop = asyncio.get_running_loop()
        loop.add_reader(worker.doorbell_fd, self._on_doorbell, worker)
        loop.add_reader(worker.exit_fd, self._ended, worker)

    def _script(self, plan: Plan, lane: Lane, script: ScriptSpec, mps: Mapping[str, str]) -> WorkerProcess:
        device = plan.device_of(lane)

        def command(commands_fd: int, doorbell_fd: int) -> list[str]:
            return script_command(
                script,
                lane,
                self._folder,
                plan.limits,
                device,
                zero_s=self._zero_s,
                commands_fd=commands_fd,
                doorbell_fd=doorbell_fd,
            )

        environment = script_environment(
            own_environment(), device, plan.lanes[lane].preset, script, self._folder, mps
        )
        return WorkerProcess(
            self._folder,
            (lane,),
            self._zero_s,
            environment,
            command=command,
            cwd=script.folder,
            umask=users_umask(),
        )

    def _ended(self, worker: WorkerProcess) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(worker.exit_fd)
        loop.remove_reader(worker.doorbell_fd)
        self._on_exit(worker)

    def _cannot_start(self, runs: Sequence[LaneRun], error: OSError) -> None:
        """No process, too many open files, a full disk: these lanes fail, others are not touched."""
        for run in runs:
            run.ended = run.cannot_start_record(error, self._now())
            run.enter("ended", self._now())
            self._events.write(run.ended)
