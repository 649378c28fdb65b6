"""Start a bench's process, on its own from the first moment; or a bench that did not come to its end, again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from msgspec import structs

from training.bench.folder import BenchFolder, make_bench_folder
from training.bench.plan import BenchPlan, read_bench_plan, write_bench_plan
from training.launch import LaunchError
from training.record.liveness import liveness
from training.supervisor.launch_environment import NEVER_PASSED_ON


def begin_bench(
    plan: BenchPlan, bench_dir: Path | None = None
) -> tuple[BenchFolder, subprocess.Popen[bytes]]:
    """Make the bench's folder and start its process.

    Raises:
        RunFolderError: the folder cannot be made.
        OSError: the process cannot be started.
    """
    folder = make_bench_folder(bench_dir)
    write_bench_plan(structs.replace(plan, bench=folder.name), folder.plan)
    return folder, start_bench(folder)


def resume_bench(folder: BenchFolder) -> subprocess.Popen[bytes]:
    """Go on with what is missing.

    Raises:
        BenchPlanError: its plan cannot be read.
        LaunchError: it goes on already, or was begun on another host.
        OSError: the process cannot be started.
    """
    plan = read_bench_plan(folder.plan)
    if plan.host != socket.gethostname():
        raise LaunchError(f"bench {folder.name} was begun on host {plan.host}: resume it there")
    if liveness(folder.as_run) in ("live", "elsewhere"):
        raise LaunchError(f"bench {folder.name} goes on already: `dualtrain-tui bench --attach {folder.name}`")
    return start_bench(folder)


def start_bench(folder: BenchFolder) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, so that the end of the caller's terminal does not reach it.

    Raises:
        OSError: it cannot be started.
    """
    environment = dict(os.environ, PYTHONSAFEPATH="1", PYTHONUNBUFFERED="1")
    for name in NEVER_PASSED_ON:
        environment.pop(name, None)
    folder.log.touch(mode=0o600)
    with folder.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "training.bench", str(folder.path)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=folder.path,
            start_new_session=True,
        )
