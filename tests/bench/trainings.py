"""Start what is to be measured: the bare script, and runs of ours, which never outlive the benchmark."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from tests.terminal.terminal import COMMAND, Terminal
from training.control.client import ControlError, ask
from training.control.protocol import Request
from training.plan import Lane
from training.record.event_records import Began, EventRecord
from training.record.lane_records import LaneRecord
from training.record.liveness import liveness
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

RUN_OVER = ("ended", "lost")
R = TypeVar("R")


class BareTraining:
    """One bare script, in the environment that a worker gets."""

    def __init__(self, preset: str, epochs: int) -> None:
        self.started_at = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tests.bench.bare_training", preset, str(epochs)],
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "1", "CUDA_VISIBLE_DEVICES": "-1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def told(self) -> dict[str, Any]:
        """What it printed, once it has ended."""
        out, _ = self._process.communicate()
        assert self._process.returncode == 0, "the bare script failed"
        told: dict[str, Any] = json.loads(out.splitlines()[-1])
        return told


@contextlib.contextmanager
def watched_run(
    folder: Path, *arguments: str, device: str = "cpu", columns: int = 80, rows: int = 24
) -> Iterator[tuple[Terminal, RunFolder]]:
    """`dualtrain-tui run …` with its screen in a terminal; killed at the end where it still goes on."""
    run = RunFolder(folder)
    command = [COMMAND, "run", *arguments, "--device", device, "--run-dir", str(folder)]
    with Terminal(command, columns=columns, rows=rows) as terminal:
        try:
            yield terminal, run
        finally:
            end(run)


def end(run: RunFolder) -> None:
    """Kill what still trains, and wait for the end of the run."""
    while liveness(run) not in RUN_OVER:
        with contextlib.suppress(ControlError):
            ask(run, Request(ask="kill", by="the benchmark's end"))
        time.sleep(0.1)


def wait_for_end(terminal: Terminal, run: RunFolder) -> None:
    """Wait until the run, which may not have begun, is over."""
    terminal.wait_until(run.supervisor.exists, what="the run's beginning")
    terminal.wait_until(lambda: liveness(run) in RUN_OVER, what="the run's end", timeout_s=300)


def lane_records(run: RunFolder, lane: Lane, kind: type[R]) -> list[R]:
    """The lane's records of one kind."""
    reader: TailingReader[LaneRecord] = TailingReader(run.lane_records(lane), LaneRecord)
    return [record for record in reader.read_new() if isinstance(record, kind)]


def zero(run: RunFolder) -> float:
    """The run's zero on CLOCK_MONOTONIC."""
    reader: TailingReader[EventRecord] = TailingReader(run.events, EventRecord)
    return next(record.monotonic_s for record in reader.read_new() if isinstance(record, Began))
