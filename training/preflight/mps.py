"""MPS before a launch: whether a private daemon can be started here, and whether somebody else's is open.

Of NVIDIA's MPS documentation: a CUDA program asks the daemon behind CUDA_MPS_PIPE_DIRECTORY (/tmp/nvidia-mps when not
set) to be its client, and runs without MPS where none answers. A fatal fault in one client ends all of a server's.
"""

from __future__ import annotations

import os
import pwd
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from training.meters.pid_namespace import has_own_pids, is_wsl
from training.plan import Plan
from training.preflight.check import Check
from training.record.mps_home import PIPES_VARIABLE as PIPE_VARIABLE
from training.record.mps_home import left_daemons
from training.record.run_home import runtime_home

CONTROL_PROGRAM = "nvidia-cuda-mps-control"
_DEFAULT_PIPES = "tmp/nvidia-mps"
_COMM = b"nvidia-cuda-mps"
"""What the kernel keeps of the names of control daemon and server: 15 characters (proc(5), comm)."""


@dataclass(frozen=True, slots=True)
class OpenDaemon:
    """An MPS daemon that a CUDA program started here would ask first; `user` is whose it is."""

    pipes: str
    is_named: bool
    """Whether the inherited CUDA_MPS_PIPE_DIRECTORY names it, and not the default folder."""
    user: str


def open_daemon(variables: Mapping[str, str], root: Path = Path("/")) -> OpenDaemon | None:
    """Return the daemon that a program with these variables would ask, None where there is none.

    A folder whose daemon has ended holds no `control` pipe that anybody listens to: where its PID can be looked up,
    and is gone, the folder is a left-over.
    """
    named = variables.get(PIPE_VARIABLE, "")
    folder = root / (named.lstrip("/") if named else _DEFAULT_PIPES)
    try:
        status = (folder / "control").stat()
    except OSError:
        return None
    if not _is_alive(folder, root):
        return None
    return OpenDaemon(named or f"/{_DEFAULT_PIPES}", bool(named), _user(status.st_uid))


def check_open_daemon(
    plan: Plan | None, variables: Mapping[str, str], root: Path = Path("/")
) -> tuple[Check, ...]:
    """Return what an MPS daemon that is there already means for a plan, or for any where `plan` is None."""
    daemon = open_daemon(variables, root)
    if daemon is None:
        others = _daemons_of_others(root)
        if not others:
            return ()
        message = (
            f"MPS daemons of others run here ({', '.join(others)}); trainings started here do not join them"
        )
        return (Check("mps daemon", "info", message),)
    where = f"{PIPE_VARIABLE}={daemon.pipes}" if daemon.is_named else daemon.pipes
    does = "does not join it"
    if plan is not None and plan.sharing == "mps":
        does = "starts a private one beside it"
    message = f"an MPS daemon of {daemon.user} is open at {where}; a run {does}"
    return (Check("mps daemon", "info", message),)


def check_left_daemons(runtime_folder: Path | None = None) -> tuple[Check, ...]:
    """Return the private daemons that an earlier run left: those whose supervisor and watcher were both killed."""
    try:
        left = left_daemons(runtime_folder or runtime_home())
    except OSError:
        return ()  # told by the check of the runtime folder
    return tuple(
        Check(
            "left mps daemon",
            "warn",
            f"process {one.pid} is an MPS daemon that an earlier run left",
            one.remedy,
        )
        for one in left
    )


def check_private_daemon(
    plan: Plan, variables: Mapping[str, str], root: Path = Path("/")
) -> tuple[Check, ...]:
    """Return whether `--sharing mps` can have the daemon of its own that it needs; nothing for other plans.

    A daemon that cannot be had does not stop a launch: the run goes on as it falls back, and says so.
    """
    if plan.sharing != "mps":
        return ()
    if plan.device.kind != "gpu":
        return (
            Check("mps", "stop", "MPS shares a GPU, and this plan has none", "choose a GPU, or together"),
        )
    if not sys.platform.startswith("linux"):
        return (Check("mps", "stop", "MPS is Linux's alone", "choose together"),)
    if plan.lane_devices:
        message = "each lane has a MIG instance of its own: there is nothing for MPS to share"
        return (Check("mps", "stop", message, "give both lanes one instance, or choose together"),)
    program = check_control_program(variables)
    if program.state != "pass":
        message = f"{CONTROL_PROGRAM} is not on PATH: the pair goes together instead"
        return (replace(program, state="warn", message=message),)
    if is_wsl(root):
        message = "under WSL2 MPS is not known to work; the run falls back to together where it does not"
        return (Check("mps", "warn", message, "choose together"),)
    return (program,)


def check_control_program(variables: Mapping[str, str]) -> Check:
    """Return whether the program is there that an MPS daemon is started with; without it only mps cannot be used."""
    program = shutil.which(CONTROL_PROGRAM, path=variables.get("PATH", os.defpath))
    if program is not None:
        return Check("mps", "pass", f"a private daemon can be started: {program}")
    return Check(
        "mps",
        "info",
        f"{CONTROL_PROGRAM} is not on PATH: --sharing mps needs it",
        "it comes with NVIDIA's driver (nvidia-compute-utils); in a container it must be mounted or installed",
    )


def _is_alive(folder: Path, root: Path) -> bool:
    try:
        pid = int((folder / f"{CONTROL_PROGRAM}.pid").read_text())
    except (OSError, ValueError):
        return True  # not told: a pipe is there, and a warning too many is better than one too few
    try:
        return (root / f"proc/{pid}/comm").read_bytes().startswith(_COMM)
    except OSError:
        return (
            has_own_pids(root) is True
        )  # its PID may be another namespace's: a folder mounted into a container


def _daemons_of_others(root: Path) -> tuple[str, ...]:
    found = set()
    for entry in _processes(root):
        try:
            if (entry / "comm").read_bytes().startswith(_COMM) and (
                uid := entry.stat().st_uid
            ) != os.getuid():
                found.add(_user(uid))
        except OSError:
            continue  # it has ended meanwhile
    return tuple(sorted(found))


def _processes(root: Path) -> list[Path]:
    try:
        return [entry for entry in (root / "proc").iterdir() if entry.name.isdigit()]
    except OSError:
        return []


def _user(uid: int) -> str:
    if uid == os.getuid():
        return "this user"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
