"""Workers that are no process: they take what they are told, or not."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from training.plan import Lane, Plan, write_plan
from training.record.run_folder import RunFolder
from training.supervisor.supervisor import Supervisor
from training.supervisor.worker_process import WorkerProcess


class StandInWorker(WorkerProcess):
    """Remembers what it was told."""

    def __init__(self, *lanes: Lane, pid: int = 4_000_000) -> None:
        self.lanes = lanes
        self.pid = pid
        self.told: list[tuple[str, Lane | None]] = []
        self.details: list[dict[str, Any]] = []
        self.signals: list[signal.Signals] = []
        self.takes_commands = True

    def tell(self, do: str, lane: Lane | None = None, **details: Any) -> bool:
        if self.takes_commands:
            self.told.append((do, lane))
            self.details.append(details)
        return self.takes_commands

    def signal_group(self, number: signal.Signals) -> None:
        self.signals.append(number)

    def drain_doorbell(self) -> bool:
        """Nothing rings."""
        return True


def supervisor_of(path: Path, plan: Plan, events: Any) -> Supervisor:
    """The owner of a run in this folder, before it does anything."""
    path.mkdir(parents=True, exist_ok=True)
    folder = RunFolder(path)
    write_plan(plan, folder.plan)
    return Supervisor(folder, plan, events)


def training_supervisor(path: Path, plan: Plan, events: Any) -> tuple[Supervisor, dict[Lane, StandInWorker]]:
    """The same with every lane released and in a process, or all in one where the plan says so."""
    supervisor = supervisor_of(path, plan, events)
    workers: dict[Lane, StandInWorker] = {}
    for number, (lane, run) in enumerate(supervisor.lanes.items()):
        if plan.sharing == "one-process":
            workers[lane] = workers.get("a") or StandInWorker(*plan.lanes)
        else:
            workers[lane] = StandInWorker(lane, pid=4_000_000 + number)
        run.worker = workers[lane]
        run.enter("released", 1.0)
        supervisor.measuring.paces[lane].released = True
    return supervisor, workers
