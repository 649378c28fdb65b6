"""Start a bench's process, on its own from the first moment; or a bench that did not come to its end, again."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

from msgspec import structs

from training.bench.device_use import DeviceMeasuredError, refuse_after_a_bench, refuse_beside_a_bench
from training.bench.folder import BenchFolder, forget_bench_folder, make_bench_folder
from training.bench.plan import BenchPlan, read_bench_plan, write_bench_plan
from training.code_trust import NamedCode, remember_launched, unconfirmed
from training.launch_refusal import LaunchError
from training.plan import PlannedDevice
from training.record.liveness import liveness
from training.supervisor.start import start_detached


def unconfirmed_code(folder: BenchFolder) -> tuple[NamedCode, ...]:
    """The code that a person has to say yes to before this bench can go on: its plan is a file, and need not be theirs.

    Raises:
        BenchPlanError: its plan cannot be read.
    """
    return unconfirmed([one.planned for one in read_bench_plan(folder.plan).presets])


def begin_bench(
    plan: BenchPlan, bench_dir: Path | None = None, *, force_busy: bool = False
) -> tuple[BenchFolder, subprocess.Popen[bytes]]:
    """Make the bench's folder and start its process; with `force_busy` also where another measures on the device.

    Raises:
        DeviceMeasuredError: another bench measures on the device.
        RunFolderError: the folder cannot be made.
        OSError: the process cannot be started.
    """
    folder = claim_folder(plan, bench_dir, force_busy=force_busy)
    remember_launched(one.planned for one in plan.presets)
    return folder, start_bench(folder)


def claim_folder(plan: BenchPlan, bench_dir: Path | None = None, *, force_busy: bool = False) -> BenchFolder:
    """Make the bench's folder, by which others see that it begins; take it away where another began just before.

    Raises:
        DeviceMeasuredError: another bench measures on the device.
        RunFolderError: the folder cannot be made.
        OSError: it cannot be written.
    """
    if not force_busy:
        refuse_beside_a_bench(plan.device)
    folder = make_bench_folder(bench_dir)
    write_bench_plan(structs.replace(plan, bench=folder.name), folder.plan)
    if not force_busy:
        _give_way(plan.device, folder)
    return folder


def _give_way(device: PlannedDevice, folder: BenchFolder) -> None:
    try:
        refuse_after_a_bench(device, folder)
    except DeviceMeasuredError:
        forget_bench_folder(folder)
        raise


def resume_bench(folder: BenchFolder, *, force_busy: bool = False) -> subprocess.Popen[bytes]:
    """Go on with what is missing; with `force_busy` also where another bench measures on the device.

    Raises:
        BenchPlanError: its plan cannot be read.
        LaunchError: it goes on already, or was begun on another host.
        DeviceMeasuredError: another bench measures on the device.
        OSError: the process cannot be started.
    """
    plan = read_bench_plan(folder.plan)
    if plan.host != socket.gethostname():
        raise LaunchError(f"bench {folder.name} was begun on host {plan.host}: resume it there")
    if liveness(folder.as_run) in ("live", "elsewhere"):
        raise LaunchError(
            f"bench {folder.name} goes on already: `dualtrain-tui bench --attach {folder.name}`"
        )
    if not force_busy:
        refuse_beside_a_bench(plan.device, besides=folder)
    return start_bench(folder)


def start_bench(folder: BenchFolder) -> subprocess.Popen[bytes]:
    """Start the process of a bench.

    Raises:
        OSError: it cannot be started.
    """
    return start_detached("training.bench", folder.path, folder.log)
