"""A script tried as the lane it would be, for `presets check --run`: it takes its first steps, and is ended there."""

from __future__ import annotations

import os
import re
import select
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from msgspec import Struct

from training.plan import Lane, Limits, PlannedDevice
from training.preset import Preset
from training.preset.printable import one_line
from training.preset.script import ScriptSpec
from training.preset_trial import TIMEOUT_S, TrialError
from training.record.lane_records import Built, Error, Finished, LaneRecord, Progress, Warm
from training.record.log_tail import log_tail
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder
from training.record.script_records import Telemetry
from training.record.users_umask import users_umask
from training.supervisor.script_end import script_ended
from training.supervisor.script_launch import script_command, script_environment
from training.supervisor.worker_process import WorkerProcess

NO_STEP_S = 120.0
"""For so long a first step is waited for: a script may have none that could be seen, and train all the while."""

_LANE: Lane = "a"
_CPU = PlannedDevice("cpu", "CPU")
_IN_TRACEBACK = re.compile(r'^\s*File "([^"]+)", line (\d+)')
_INSTALLED = "/site-packages/"
_MOST_LINES = 400


class ScriptTrial(Struct, frozen=True):
    """What was seen of a script on the CPU."""

    steps: int
    """How many it had taken; 0 where none was seen."""
    seconds: float
    """What that took from its start, its imports and data among it."""
    has_ended: bool
    """Whether it came to its own end first, in order."""
    parameters: int = 0
    """Of the model that it fits; 0 where nobody knows."""
    batch_size: int = 0
    """The same."""


def try_script(
    preset: Preset, inherited: Mapping[str, str] = os.environ, *, no_step_s: float = NO_STEP_S
) -> ScriptTrial:
    """Run a preset's script until it has warmed up, and end it where it waits for its lane to be let go on.

    So nothing that stands behind its fit is run, as the saving of a model that has hardly trained; unless it takes
    fewer steps than that in all, or steps that pass no gate.

    Args:
        preset: with a script, and no program.
        inherited: the environment it is started in.
        no_step_s: how long its first step is waited for.

    Raises:
        TrialError: it fails; with the line in its folder where it did.
    """
    script = preset.script
    assert script is not None
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dualtrain-") as path:
        folder = RunFolder(Path(path))
        worker = _started(preset, script, folder, inherited, Limits(no_step_s=no_step_s))
        seen = _Seen(TailingReader(folder.lane_records(_LANE), LaneRecord), no_step_s)
        try:
            worker.tell("warm_up", _LANE)
            has_ended = _ends_first(worker, seen, began_s + TIMEOUT_S)
        finally:
            exit_code = worker.reap()  # with whatever it has started
        if has_ended:
            _refuse_failed(script, exit_code, seen, folder.lane_log(_LANE))
    seconds = time.monotonic() - began_s
    return ScriptTrial(seen.steps, round(seconds, 3), has_ended, seen.parameters, seen.batch_size)


@dataclass
class _Seen:
    """What the script's lane has told so far."""

    reader: TailingReader[LaneRecord]
    no_step_s: float
    steps: int = 0
    parameters: int = 0
    batch_size: int = 0
    is_enough: bool = False
    """Whether it has warmed up, or has no steps to show."""
    error: Error | None = None
    finished: Finished | None = None

    def look(self) -> None:
        """Take what is new."""
        for record in self.reader.read_new():
            match record:
                case Built(parameters=parameters, batch_size=batch_size):
                    self.parameters, self.batch_size = parameters, batch_size
                case Warm(step=step):
                    self.steps, self.is_enough = max(self.steps, step), True
                case Progress(step=step):
                    self.steps = max(self.steps, step)
                case Telemetry(t=t, steps="none"):
                    self.is_enough = t >= self.no_step_s  # a script that ends at once tells it, too
                case Error():
                    self.error = record
                case Finished(step=step):
                    self.steps, self.finished = max(self.steps, step), record


def _started(
    preset: Preset, script: ScriptSpec, folder: RunFolder, inherited: Mapping[str, str], limits: Limits
) -> WorkerProcess:
    began_s = time.monotonic()

    def command(commands_fd: int, doorbell_fd: int) -> list[str]:
        start = partial(script_command, script, _LANE, folder, limits, _CPU, zero_s=began_s)
        return start(commands_fd=commands_fd, doorbell_fd=doorbell_fd)

    environment = script_environment(inherited, _CPU, preset, script, folder)
    try:
        return WorkerProcess(
            folder,
            (_LANE,),
            began_s,
            environment,
            command=command,
            cwd=script.folder,
            umask=users_umask(),
        )
    except OSError as error:
        raise TrialError(f"the process that tries it cannot be started: {error.strerror or error}") from error


def _ends_first(worker: WorkerProcess, seen: _Seen, until_s: float) -> bool:
    """Whether the script ends before enough was seen of it."""
    waited_for = [worker.exit_fd, worker.doorbell_fd]
    while True:
        seen.look()
        if seen.is_enough:
            return False
        ready, _, _ = select.select(waited_for, [], [], max(0.0, until_s - time.monotonic()))
        if worker.exit_fd in ready:
            seen.look()
            return True
        if not ready:
            raise TrialError(f"no {'third ' if seen.steps else ''}step within {TIMEOUT_S:.0f} s")
        if not worker.drain_doorbell():
            waited_for.remove(worker.doorbell_fd)


def _refuse_failed(script: ScriptSpec, exit_code: int, seen: _Seen, log: Path) -> None:
    ended = script_ended(script, exit_code, seen.error, seen.finished, stop_asked=False, signals_sent=0)
    if ended.status != "failed":
        return
    if seen.error is None:
        last = " ".join(log_tail(log, lines=1)).strip()
        raise TrialError(one_line(f"{ended.message}{f': {last}' if last else ''}"))
    place = _place(script, log)
    raise TrialError(one_line(f"{place}: {ended.message}" if place else ended.message))


def _place(script: ScriptSpec, log: Path) -> str | None:
    """The line of the script's own folder in what Python printed last of an error; None where there is none."""
    assert script.file is not None
    folder = os.path.realpath(script.file.parent)
    found = None
    for line in log_tail(log, lines=_MOST_LINES, within_bytes=1 << 18):
        match = _IN_TRACEBACK.match(line)
        file = os.path.realpath(script.folder / match[1]) if match else ""
        if match and file.startswith(f"{folder}/") and _INSTALLED not in file:
            found = f"{os.path.relpath(file, folder)}:{match[2]}"
    return found
