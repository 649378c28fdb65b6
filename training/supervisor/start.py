"""Start a run's supervisor, on its own from the first moment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from training.preflight.survival import fate
from training.record.run_folder import RunFolder
from training.record.users_umask import users_umask
from training.supervisor.launch_environment import NEVER_PASSED_ON
from training.supervisor.user_scope import start_in_scope


def start_supervisor(folder: RunFolder) -> subprocess.Popen[bytes]:
    """Start the supervisor of a run.

    Raises:
        OSError: it cannot be started.
    """
    return start_detached("training.supervisor", folder.path, folder.supervisor_log)


def start_detached(
    module: str,
    folder: Path,
    log_path: Path,
    *,
    environment: Mapping[str, str] | None = None,
    root: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """Start the owner of a folder in a session of its own, so that the end of the caller's terminal does not reach it.

    Where systemd-logind would end it all the same, it gets a scope of its own below the user's manager. Whether that
    outlives the last session too is the manager's matter: `training.preflight.survival` tells. Without a scope it is
    started as everywhere.

    Args:
        module: what to run, by its name.
        folder: what it owns.
        log_path: where its output goes.
        environment: what it inherits; this process's when None.
        root: the root of the file system that tells where this process stands.

    Raises:
        OSError: it cannot be started.
    """
    inherited = os.environ if environment is None else environment
    passed_on = dict(inherited, PYTHONSAFEPATH="1", PYTHONUNBUFFERED="1")
    for name in NEVER_PASSED_ON:
        passed_on.pop(name, None)
    log_path.touch(mode=0o600)

    def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
        with log_path.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=passed_on,
                cwd=folder,
                start_new_session=True,
                umask=users_umask(),
            )

    command = [sys.executable, "-P", "-m", module, str(folder)]
    if (
        fate(inherited, root).needs_scope
        and (process := start_in_scope(start, command, folder.name)) is not None
    ):
        return process
    return start(command)
