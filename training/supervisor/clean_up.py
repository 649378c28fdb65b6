"""The proof at the end of a run: nothing of it is left."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from training.plan import Plan
from training.record.event_records import CleanedUp
from training.record.run_folder import RunFolder
from training.record.writer import RecordWriter
from training.supervisor.launch_environment import RUN_VARIABLE
from training.supervisor.sampling import DeviceSampling

MEMORY_BACK_WITHIN_S = 5.0
LOOK_PERIOD_S = 0.25
MEMORY_NOISE_BYTES = 64 << 20
"""A driver keeps a little of its own back and forth; less than this is taken as all back."""


async def prove_clean(
    folder: RunFolder, plan: Plan, now: Callable[[], float], sampling: DeviceSampling, events: RecordWriter
) -> None:
    """Wait a moment for a GPU's memory to come back, then write down what is left of the run, if anything.

    A CPU's memory belongs to processes alone, so there only they are looked for. Processes that are left are named
    and not signalled: what outlived its lane was made to.
    """
    left = await asyncio.to_thread(processes_of_run, folder)
    if plan.device.kind == "gpu":
        await _memory_back(now, sampling)
    before, after = sampling.first, sampling.latest
    there_before = {other.pid for other in before.others or ()} if before else set()
    memory_before = before.device.memory_used_bytes if before else None
    memory_after = after.device.memory_used_bytes if after else None
    short = plan.device.kind == "gpu" and not _is_back(memory_before, memory_after)
    newcomers = (
        tuple(other.pid for other in after.others or () if other.pid not in there_before) if after else ()
    )
    events.write(
        CleanedUp(
            t=now(),
            left_pids=left,
            memory_before_bytes=memory_before,
            memory_after_bytes=memory_after,
            held_by=newcomers if short else (),
        )
    )


def processes_of_run(folder: RunFolder) -> tuple[int, ...]:
    """PIDs of this user's processes that carry the run's mark in their environment, wherever they went."""
    mark = os.fsencode(f"{RUN_VARIABLE}={folder.path}")
    return tuple(sorted(pid for pid in _other_pids() if mark in _environment(pid)))


async def _memory_back(now: Callable[[], float], sampling: DeviceSampling) -> None:
    began = now()
    while now() - began < MEMORY_BACK_WITHIN_S:
        before, after = sampling.first, sampling.latest
        if before is None or after is None:
            return
        if after.t > began and _is_back(before.device.memory_used_bytes, after.device.memory_used_bytes):
            return
        await asyncio.sleep(LOOK_PERIOD_S)


def _is_back(before_bytes: int | None, after_bytes: int | None) -> bool:
    return before_bytes is None or after_bytes is None or after_bytes <= before_bytes + MEMORY_NOISE_BYTES


def _other_pids() -> list[int]:
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and int(entry.name) != os.getpid()
    ]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
