"""Where a process stands among what may end it from outside: a login session, a user's manager, a scheduler's job."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_OF_SYSTEMD = re.compile(r"^\d+:(?:|name=systemd):(.*)$", re.MULTILINE)
"""The line of /proc/PID/cgroup that holds systemd's own tree, in both versions of control groups."""
_SESSION = re.compile(r"/user-(\d+)\.slice/session-([^/\n]+)\.scope(?:/|$)", re.MULTILINE)
_MANAGER = re.compile(r"/user@(\d+)\.service(?:/|$)", re.MULTILINE)
_SLURM = re.compile(r"slurm[^\n]*/job_(\d+)")

_JOBS = (
    ("Slurm", "SLURM_JOB_ID", ""),
    ("PBS", "PBS_JOBID", ""),
    ("LSF", "LSB_JOBID", ""),
    ("Grid Engine", "JOB_ID", "SGE_ROOT"),
    ("Flux", "FLUX_JOB_ID", ""),
    ("OAR", "OAR_JOB_ID", ""),
)
"""A scheduler, the variable that names its job, and one that must be there too where that name is anybody's."""


@dataclass(frozen=True, slots=True)
class Place:
    """A process's surroundings, as its control group and its environment tell them."""

    known: bool
    """Whether the control group could be read at all."""
    job: str = ""
    """The scheduler's job, as "Slurm job 123"."""
    session: str = ""
    """The name of the login session, where the process is in its scope."""
    in_manager: bool = False
    """Whether the process is below a user's own systemd manager."""
    user: str = ""
    """Whose session or manager that is."""


def place_of(variables: Mapping[str, str], root: Path, process: int | None = None) -> Place:
    """Return where a process stands.

    Args:
        variables: the environment of that process.
        root: the root of the file system that holds /proc.
        process: a PID; this process when None.
    """
    text = _text(root / "proc" / ("self" if process is None else str(process)) / "cgroup")
    group = "\n".join(_OF_SYSTEMD.findall(text)) or text
    job = _job(variables, text)
    if not (
        root / "run/systemd/system"
    ).is_dir():  # without systemd there are no sessions and no managers of its
        return Place(bool(text), job)
    if (manager := _MANAGER.search(group)) is not None:
        return Place(True, job, in_manager=True, user=name_of(int(manager[1])))
    if (session := _SESSION.search(group)) is not None:
        return Place(True, job, session=session[2], user=name_of(int(session[1])))
    return Place(bool(text), job)


def variables_of(process: int, root: Path = Path("/")) -> dict[str, str]:
    """Return the environment that another process of this user was started with; empty where it cannot be read."""
    pairs = (entry.partition("=") for entry in _text(root / "proc" / str(process) / "environ").split("\0"))
    return {name: value for name, equals, value in pairs if equals}


def name_of(uid: int) -> str:
    """Return a user's name; the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def is_on_terminal_of_first_process(root: Path) -> bool:
    """Return whether this process is on the terminal that process 1 was started on: a container's own shell."""
    own, first = _terminal(root, "self"), _terminal(root, "1")
    return own is not None and own != 0 and own == first


def has_manager(variables: Mapping[str, str], root: Path) -> bool:
    """Return whether a manager of this user's listens, so that it can be asked for a scope."""
    folder = variables.get("XDG_RUNTIME_DIR", "")
    if not folder.startswith("/"):
        return False
    there = root / folder.lstrip("/")
    return (there / "systemd/private").exists() or (there / "bus").exists()


def _job(variables: Mapping[str, str], groups: str) -> str:
    for scheduler, variable, besides in _JOBS:
        if variables.get(variable) and (not besides or besides in variables):
            return f"{scheduler} job {variables[variable]}"
    by_group = _SLURM.search(groups)
    return f"Slurm job {by_group[1]}" if by_group else ""


def _terminal(root: Path, process: str) -> int | None:
    """The number of a process's controlling terminal, 0 for none; None where it cannot be read."""
    fields = _text(root / "proc" / process / "stat").rpartition(")")[2].split()
    try:
        return int(fields[4])
    except (IndexError, ValueError):
        return None


def _text(path: Path) -> str:
    try:
        return os.fsdecode(path.read_bytes())
    except OSError:
        return ""
