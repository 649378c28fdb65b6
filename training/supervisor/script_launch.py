"""What starts a script or program as a lane: a command by path, in its own folder, with its own variables."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from training.plan import Lane, Limits, PlannedDevice
from training.preset import Preset
from training.preset.script import ScriptSpec
from training.record.run_folder import RunFolder
from training.supervisor.launch_environment import RUN_VARIABLE, worker_environment

RUNNER = Path(__file__).parents[1] / "agent" / "run_script.py"
"""Started by path: in a user's own environment there is no package of ours."""
_LEFT_TO_THE_SCRIPT = ("PYTHONSAFEPATH", "KERAS_BACKEND", "TF_CPP_MIN_LOG_LEVEL")
"""What our own workers are given, and a script has as its user has it."""


def script_command(
    script: ScriptSpec,
    lane: Lane,
    folder: RunFolder,
    limits: Limits,
    device: PlannedDevice,
    *,
    zero_s: float,
    commands_fd: int,
    doorbell_fd: int,
) -> list[str]:
    """The runner with what it must know, and behind it the script or program as a person would type it.

    A script's runner is the script's interpreter; a program's is ours, with nothing of the user's imported.
    """
    start = {
        "lane": lane,
        "records": str(folder.lane_records(lane)),
        "zero_s": zero_s,
        "commands_fd": commands_fd,
        "doorbell_fd": doorbell_fd,
        "program": script.exec is not None,
        "on_gpu": device.kind == "gpu",
        "steps": limits.steps,
        "epochs": limits.epochs,
        "minutes": limits.minutes,
        "no_step_within_s": limits.no_step_s,
    }
    interpreter = (
        [sys.executable, "-I", "-S"] if script.exec is not None else [script.python or sys.executable]
    )
    return [*interpreter, str(RUNNER), json.dumps(start), *script.command]


def script_environment(
    inherited: Mapping[str, str],
    device: PlannedDevice,
    preset: Preset,
    script: ScriptSpec,
    folder: RunFolder,
    mps: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The environment of a script: the device as for every lane, the rest as its user has it, `script.env` over both.

    What of a framework's memory is told in memory_rules.py.
    """
    environment = worker_environment(inherited, device, preset, folder, mps)
    for name in _LEFT_TO_THE_SCRIPT:
        environment.pop(name, None)
        if name in inherited and name != "PYTHONSAFEPATH":  # which the supervisor was given by us
            environment[name] = inherited[name]
    if script.backend is not None:
        environment["KERAS_BACKEND"] = script.backend
    return {**environment, **script.env, RUN_VARIABLE: environment[RUN_VARIABLE]}
