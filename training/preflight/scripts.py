"""Whether a plan's scripts and programs are there to be run: looked at, and nothing of them run to find out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from training.plan import Lane, Plan
from training.preflight.check import Check
from training.preset.file_there import is_file, is_folder, why_not_there
from training.preset.printable import printable
from training.preset.script import ScriptSpec

_NAME = "script"


def check_scripts(plan: Plan, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Return what keeps a lane's script or program from starting; nothing where no lane is one."""
    found: list[Check] = []
    for lane, planned in plan.lanes.items():
        script = planned.preset.script
        if script is not None:
            problems = why_not_run(script, environment)
            stops = [Check(_NAME, "stop", f"lane {lane}: {message}", remedy) for message, remedy in problems]
            found += stops or [_is_there(lane, script)]
    return tuple(found)


def why_not_run(script: ScriptSpec, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Everything that a script or program needs and that is not there: a sentence and a remedy each."""
    if not is_folder(script.folder):
        why = why_not_there(script.folder, "")
        told = f"cannot be entered: {_named(why)}" if why else "is not there"
        yield f"its folder {_named(script.folder)} {told}", "name another with script.cwd"
    if script.file is not None and not (is_file(script.file) and os.access(script.file, os.R_OK)):
        why = why_not_there(script.file, "")
        told = f": {_named(why)}" if why else ""
        yield f"{_named(script.file)} is no file that can be read{told}", "name the script by its path"
    path = script.env.get("PATH") or environment.get("PATH")
    if script.python is not None and shutil.which(script.python, path=path) is None:
        yield f"there is no interpreter {_named(script.python)}", "name one with script.python"
    if script.exec is not None and shutil.which(script.exec[0], path=path) is None:
        yield f"there is no program {_named(script.exec[0])} that can be run", "name one by its path"


def _is_there(lane: Lane, script: ScriptSpec) -> Check:
    if script.exec is not None:
        told = "any program: memory and utilisation, and no steps, so no verdict"
        return Check(_NAME, "info", f"lane {lane}: {told}")
    return Check(_NAME, "pass", f"lane {lane}: {_named(script.command[0])}")


def _named(path: Path | str) -> str:
    return printable(str(path), limit=200)
