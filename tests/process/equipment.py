"""Start the real command, read what its run wrote, wait for what should happen. Never for a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from training.launch import LaunchRequest, launch
from training.meters.devices import list_devices
from training.plan import Lane
from training.record.device_records import DeviceRecord
from training.record.event_records import EventRecord, LaneEnded, Launched
from training.record.lane_records import Checkpoint, LaneRecord, Progress
from training.record.log_tail import log_tail
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

COMMAND = (sys.executable, "-P", "-m", "tui")
PATIENCE_S = 90.0
"""How long a busy machine may take for what takes seconds when all is well."""

T = TypeVar("T")
R = TypeVar("R")


def wait_for(
    what: str, look: Callable[[], T | None], *, saw: Callable[[], object] = str, timeout_s: float = PATIENCE_S
) -> T:
    """Return the first answer of `look` that says something.

    Raises:
        AssertionError: it never did; with what `saw` tells.
    """
    deadline = time.monotonic() + timeout_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s:g} s in vain for {what}; saw:\n{saw()}")
        time.sleep(0.02)
    return found


class Run:
    """The folder of a run, as whoever was not there reads it."""

    def __init__(self, path: Path) -> None:
        self.folder = RunFolder(path)

    def lane(self, lane: Lane) -> list[LaneRecord]:
        """What the lane's worker told so far."""
        reader: TailingReader[LaneRecord] = TailingReader(self.folder.lane_records(lane), LaneRecord)
        return list(reader.read_new())

    def events(self) -> list[EventRecord]:
        """What the supervisor told so far."""
        reader: TailingReader[EventRecord] = TailingReader(self.folder.events, EventRecord)
        return list(reader.read_new())

    def device(self) -> list[DeviceRecord]:
        """What the meter told so far."""
        reader: TailingReader[DeviceRecord] = TailingReader(self.folder.device, DeviceRecord)
        return list(reader.read_new())

    def lane_record(self, lane: Lane, kind: type[R], where: Callable[[R], bool] = lambda _: True) -> R:
        """Wait for a record of this kind in the lane's file."""
        return wait_for(
            f"{kind.__name__} of lane {lane}", lambda: _first(self.lane(lane), kind, where), saw=self.told
        )

    def event(self, kind: type[R], where: Callable[[R], bool] = lambda _: True) -> R:
        """Wait for a record of this kind among the supervisor's events."""
        return wait_for(f"event {kind.__name__}", lambda: _first(self.events(), kind, where), saw=self.told)

    def nth_event(self, kind: type[R], index: int) -> R:
        """Wait for one more than `index` events of this kind, and return that one."""

        def nth() -> R | None:
            found = [record for record in self.events() if isinstance(record, kind)]
            return found[index] if len(found) > index else None

        return wait_for(f"event {kind.__name__} number {index + 1}", nth, saw=self.told)

    def pid(self, lane: Lane) -> int:
        """Wait for the lane's process and name it."""
        return self.event(Launched, lambda record: record.lane == lane).pid

    def ended(self, lane: Lane) -> LaneEnded:
        """Wait for the lane's end."""
        return self.event(LaneEnded, lambda record: record.lane == lane)

    def trains(self, lane: Lane, beyond_step: int = 10) -> Progress:
        """Wait until the lane trains, past its warm-up."""
        return self.lane_record(
            lane, Progress, lambda record: not record.warm_up and record.step > beyond_step
        )

    def advances(self, lane: Lane) -> Progress:
        """Wait until the lane has gone on from where it is now."""
        return self.trains(lane, beyond_step=self.steps(lane))

    def steps(self, lane: Lane) -> int:
        """Steps the lane has told of so far."""
        return max((record.step for record in self.lane(lane) if isinstance(record, Progress)), default=0)

    def checkpoint(self, lane: Lane, number: int) -> Checkpoint:
        """Wait for the lane's first, second, … checkpoint."""
        found = wait_for(f"checkpoint {number}", lambda: self.checkpoints(lane)[number - 1 :], saw=self.told)
        return found[0]

    def checkpoints(self, lane: Lane) -> list[Checkpoint]:
        """The lane's checkpoints so far, also those that could not be written."""
        return [record for record in self.lane(lane) if isinstance(record, Checkpoint)]

    def told(self) -> str:
        """Everything a failed wait should show."""
        files = (self.folder.events, self.folder.lane_records("a"), self.folder.lane_records("b"))
        logs = (self.folder.supervisor_log, self.folder.lane_log("a"), self.folder.lane_log("b"))
        return "\n".join(f"-- {path.name}\n" + "\n".join(log_tail(path)) for path in (*files, *logs))


class Stage:
    """One home for runs; what was started on it and has not ended is ended with it."""

    def __init__(self, home: Path, runs: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self._runs = runs
        self.environment = dict(environment)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._viewers: list[Viewer] = []

    def command(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, without a terminal."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            cwd=cwd or self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    def headless(
        self,
        *arguments: str,
        device: str = "cpu",
        cwd: Path | None = None,
        command: Sequence[str] = COMMAND,
        way: Sequence[str] = ("--headless",),
    ) -> Viewer:
        """Start `run … --headless`, or another way without a screen, in a folder of its own."""
        run_dir = self._runs / f"run-{len(self._viewers) + len(self._processes)}"
        full = [*command, "run", *arguments, "--device", device, "--run-dir", str(run_dir), *way]
        viewer = Viewer(full, run_dir, self.environment, cwd or self.home)
        self._viewers.append(viewer)
        return viewer

    def launch(self, request: LaunchRequest) -> Run:
        """Launch as the screen does. The caller's environment is the run's."""
        launched = launch(request, list_devices())
        self._processes.append(launched.supervisor)
        return Run(launched.folder.path)

    def own(self, process: subprocess.Popen[bytes]) -> None:
        """End this process with the stage."""
        self._processes.append(process)

    def wait_until_clean(self) -> None:
        """Wait until no process of any run here is left."""
        wait_for("the end of every process", lambda: not self._left(), saw=self._left)

    def close(self) -> tuple[int, ...]:
        """End what is left; returns the PIDs that were."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE_S)
        for viewer in self._viewers:
            viewer.close()
        left = tuple(self._left())
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return left

    def _left(self) -> list[int]:
        for process in self._processes:
            process.poll()
        return list(processes_with(f"DUALTRAIN_HOME={self.environment['DUALTRAIN_HOME']}"))


class Viewer:
    """The real command following a run without a screen."""

    def __init__(self, command: list[str], run_dir: Path, environment: Mapping[str, str], cwd: Path) -> None:
        self.run = Run(run_dir)
        self._out = run_dir.with_name(f"{run_dir.name}.out")
        self._err = run_dir.with_name(f"{run_dir.name}.err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def out(self) -> str:
        """What it wrote to stdout so far."""
        return self._out.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it wrote to stderr so far."""
        return self._err.read_text(encoding="utf-8")

    def signal(self, number: signal.Signals) -> None:
        """Signal the viewer alone."""
        self.process.send_signal(number)

    def follows(self) -> None:
        """Wait for its first lines: from then on it takes signals as it should."""
        wait_for("the viewer's first lines", lambda: self.err, saw=self.process.poll)

    def wait(self) -> int:
        """Wait for its end; returns the exit code."""
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the viewer goes on; it said:\n{self.err}\n{self.run.told()}") from None

    def close(self) -> None:
        """End it where it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)


def processes_with(mark: str) -> Iterator[int]:
    """PIDs of running processes that were started with this in their environment."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and mark.encode() in _environment_of(entry):
            yield int(entry.name)


def process_state(pid: int) -> str:
    """One letter, as in ps; empty where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def sealed_environment(home: Path) -> dict[str, str]:
    """An environment in which nothing of the developer's own is read or written."""
    kept = {name: value for name, value in os.environ.items() if name not in ("XDG_RUNTIME_DIR", "NO_COLOR")}
    kept |= {f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "state", "cache", "data")}
    return kept | {"HOME": str(home), "DUALTRAIN_HOME": str(home / "dualtrain")}


def _environment_of(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _first(records: Sequence[Any], kind: type[R], where: Callable[[R], bool]) -> R | None:
    return next((record for record in records if isinstance(record, kind) and where(record)), None)


def cpu_seconds(pid: int) -> float:
    """CPU time a running process has taken so far; zero where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return 0.0 if fields[0] == "Z" else (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
