"""Start a run's supervisor, on its own from the first moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from training.record.run_folder import RunFolder
from training.supervisor.launch_environment import NEVER_PASSED_ON


def start_supervisor(folder: RunFolder) -> subprocess.Popen[bytes]:
    """Start the supervisor of a run.

    Raises:
        OSError: it cannot be started.
    """
    return start_detached("training.supervisor", folder.path, folder.supervisor_log)


def start_detached(module: str, folder: Path, log_path: Path) -> subprocess.Popen[bytes]:
    """Start the owner of a folder in a session of its own, so that the end of the caller's terminal does not reach it.

    Raises:
        OSError: it cannot be started.
    """
    environment = dict(os.environ, PYTHONSAFEPATH="1", PYTHONUNBUFFERED="1")
    for name in NEVER_PASSED_ON:
        environment.pop(name, None)
    log_path.touch(mode=0o600)
    with log_path.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
