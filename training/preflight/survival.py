"""Will a run outlive the session it is started from? Found out from files, since detaching alone does not decide it.

What systemd does, by its manual pages (logind.conf(5), loginctl(1), systemd-run(1)) and its sources:

- With `KillUserProcesses=yes` everything in the scope of a session ends with the session, however it detached. That
  the user lingers does not change it.
- A scope of its own below the user's manager (`systemd-run --user --scope`) is no part of the session, and outlives it.
- But the manager is stopped, with all that is below it, some seconds (`UserStopDelaySec`) after the user's last
  session, unless the user lingers (`loginctl enable-linger`). That holds with `KillUserProcesses=no` as well.

So a run outlives every session for sure only where it is below no session, or below the manager of a user who lingers.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from training.preflight.check import Check
from training.preflight.container import container_evidence
from training.preflight.login import (
    Place,
    has_manager,
    is_on_terminal_of_first_process,
    name_of,
    place_of,
    variables_of,
)
from training.preflight.logind import LogindSettings, lingers, read_logind_settings

NAME = "a detached run"
SCOPE_PROGRAM = "systemd-run"

_LINGER = "loginctl enable-linger"
_EXCLUDE = "an administrator can set KillUserProcesses=no, or name you in KillExcludeUsers="


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a run when who started it leaves, and whether it should be started in a scope of its own."""

    check: Check
    needs_scope: bool = False


def check_survival(variables: Mapping[str, str], root: Path) -> Check:
    """Return whether a run that is launched from here goes on after the end of this session."""
    return fate(variables, root).check


def survival_of(process: int, root: Path = Path("/")) -> Check:
    """Return whether a process that was started, a run's supervisor, goes on: asked of where it stands itself."""
    return fate(variables_of(process, root), root, process).check


def fate(variables: Mapping[str, str], root: Path, process: int | None = None) -> Fate:
    """Return what becomes of a run.

    Args:
        variables: the environment, of the process where one is named.
        root: the root of the file system that holds /proc and the configuration.
        process: the PID of what was started already; None asks for what would be started from here.
    """
    place = place_of(variables, root, process)
    if place.job:
        message = f"it ends with {place.job}: when the job's script or shell ends, or its time is up"
        remedy = "in the job's script use --headless, which waits for the run, and not --detach"
        return Fate(Check(NAME, "warn", message, remedy))
    if place.in_manager:
        return Fate(_below_the_manager(place, read_logind_settings(root), root))
    if place.session:
        return _in_a_session(place, variables, root, is_started=process is not None)
    if container_evidence(variables, root):
        return Fate(_in_a_container(root))
    if not place.known:
        return Fate(Check(NAME, "info", "not known: the control group of this process cannot be read"))
    return Fate(Check(NAME, "pass", "nothing found that would end it with this session"))


def _in_a_session(place: Place, variables: Mapping[str, str], root: Path, *, is_started: bool) -> Fate:
    settings = read_logind_settings(root)
    kills = settings.kills(place.user)
    if kills is False:
        return Fate(Check(NAME, "pass", "systemd-logind leaves it alone when this session ends"))
    if kills is None:
        message = "not known: whether systemd-logind ends it with this session is written down nowhere here"
        return Fate(Check(NAME, "info", message, f"{_LINGER}, then systemd-run --user --scope dualtrain-tui"))
    if is_started:
        message = "systemd-logind ends it with the session it was started in (KillUserProcesses=yes)"
        return Fate(Check(NAME, "warn", message, f"stay logged in there; for later runs {_EXCLUDE}"))
    ends = "systemd-logind ends it with this session (KillUserProcesses=yes)"
    own_name = name_of(os.getuid())
    if shutil.which(SCOPE_PROGRAM, path=variables.get("PATH")) is None:
        return Fate(Check(NAME, "warn", f"{ends}, and there is no {SCOPE_PROGRAM}", _EXCLUDE))
    if not has_manager(variables, root):
        message = f"{ends}, and no manager of yours can be reached for a scope of its own"
        remedy = _EXCLUDE if lingers(own_name, root) else f"{_LINGER}, then log in again"
        return Fate(Check(NAME, "warn", message, remedy))
    scope = "it gets a scope of its own, as systemd-logind ends what a session leaves"
    if _manager_stays(own_name, settings, root):
        return Fate(Check(NAME, "pass", f"{scope}; your manager stays"), needs_scope=True)
    message = f"{scope}; that outlives this session, and ends {_delay(settings)} your last one"
    return Fate(Check(NAME, "warn", message, _LINGER), needs_scope=True)


def _below_the_manager(place: Place, settings: LogindSettings, root: Path) -> Check:
    if _manager_stays(place.user, settings, root):
        return Check(NAME, "pass", "it is below your own systemd manager, which stays when you log out")
    message = f"it is below your own systemd manager, which ends {_delay(settings)} your last session"
    return Check(NAME, "warn", message, _LINGER)


def _in_a_container(root: Path) -> Check:
    if is_on_terminal_of_first_process(root):
        message = "this shell is the container's first process: leaving it ends the container and the run"
        remedy = "leave with ctrl-p ctrl-q, or start the container with -d and enter it with exec"
        return Check(NAME, "warn", message, remedy)
    return Check(NAME, "info", "in a container: it goes on when this shell ends, and ends with the container")


def _manager_stays(user: str, settings: LogindSettings, root: Path) -> bool:
    return settings.keeps_every_manager or lingers(user, root)


def _delay(settings: LogindSettings) -> str:
    delay = settings.user_stop_delay
    if delay.rstrip("s") in ("0", ""):
        return "with"
    return f"{delay} after" if not delay.isdecimal() else f"{delay}s after"
