"""A worker process driven over its pipes, with nobody's policy between."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.process.equipment import PATIENCE_S, Run
from training.launch import LaunchRequest, make_plan, plan_lanes
from training.plan import Lane, Limits, Plan, PlannedDevice, write_plan
from training.supervisor.launch_environment import worker_environment
from training.supervisor.worker_process import WorkerProcess

CPU = PlannedDevice(kind="cpu", name="CPU")


def both_in_one(presets: tuple[str, str], overrides: tuple[str, ...], **turn_steps: int) -> Plan:
    """Two presets in one process, with keys of its presets set; a turn of a lane has so many steps."""
    lanes = plan_lanes(LaunchRequest({"a": presets[0], "b": presets[1]}, overrides=overrides))
    plan = make_plan("test", lanes, CPU, "one-process", Limits())
    turns: Mapping[Any, int] = turn_steps
    return Plan(run=plan.run, lanes=plan.lanes, device=CPU, sharing="one-process", turn_steps=dict(turns))


class LoneWorker(Run):
    """One worker process and what its lanes tell."""

    def __init__(self, path: Path, plan: Plan, lanes: tuple[Lane, ...]) -> None:
        super().__init__(path)
        path.mkdir()
        write_plan(plan, self.folder.plan)
        environment = worker_environment(os.environ, CPU, plan.lanes[lanes[0]].preset, self.folder)
        self._process: WorkerProcess | None = WorkerProcess(self.folder, lanes, time.monotonic(), environment)

    def tell(self, do: str, lane: Lane | None = None, **details: Any) -> None:
        """Send one command."""
        assert self._process is not None
        assert self._process.tell(do, lane, **details)

    def wait(self) -> int:
        """Wait for the end of the process; returns its exit code."""
        assert self._process is not None
        ended, _, _ = select.select([self._process.exit_fd], [], [], PATIENCE_S)
        assert ended, f"the worker goes on; it said:\n{self.told()}"
        process, self._process = self._process, None
        return process.reap()

    def leave(self) -> None:
        """Be gone, as a supervisor that was killed: the worker reads the end of its commands."""
        assert self._process is not None
        os.close(self._process._commands_write)
        self._process._commands_write = os.open(os.devnull, os.O_WRONLY)

    def close(self) -> None:
        """End it where it has not ended."""
        if self._process is not None:
            self._process.reap()
            self._process = None


@contextmanager
def lone_worker(path: Path, plan: Plan, lanes: tuple[Lane, ...] = ("a", "b")) -> Iterator[LoneWorker]:
    """A worker that has ended when the test is over."""
    worker = LoneWorker(path, plan, lanes)
    try:
        yield worker
    finally:
        worker.close()
