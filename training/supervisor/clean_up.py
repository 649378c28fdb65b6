"""The proof at the end of a run: nothing of it is left."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from training.plan import Plan
from training.record.device_records import Sample
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
    if plan.device.kind == "gpu" and not sampling.is_telling:
        after = None  # a device that is lost or silent: what was read last is not what is there now
    short = plan.device.kind == "gpu" and not _is_back(before, after)
    there_before = {other.pid for other in before.others or ()} if before else set()
    there_after = after.others or () if after else ()
    newcomers = tuple(other.pid for other in there_after if other.pid not in there_before)
    events.write(
        CleanedUp(
            t=now(),
            left_pids=left,
            memory_before_bytes=before.device.memory_used_bytes if before else None,
            memory_after_bytes=after.device.memory_used_bytes if after else None,
            held_by=newcomers if short else (),
        )
    )


def processes_of_run(folder: RunFolder) -> tuple[int, ...]:
    """PIDs of this user's processes that carry the run's mark in their environment, wherever they went."""
    mark = os.fsencode(f"{RUN_VARIABLE}={folder.path}")
    return tuple(sorted(pid for pid in _other_pids() if mark in _environment(pid)))


async def _memory_back(now: Callable[[], float], sampling: DeviceSampling) -> None:
    began = now()
    while now() - began < MEMORY_BACK_WITHIN_S and sampling.is_telling:
        after = sampling.latest
        if sampling.first is None or after is None:
            return
        if after.t > began and _is_back(sampling.first, after):
            return
        await asyncio.sleep(LOOK_PERIOD_S)


def _is_back(before: Sample | None, after: Sample | None) -> bool:
    """Whether the device holds no more than at the start, what processes took that were there already left aside."""
    if before is None or after is None:
        return True
    before_bytes, after_bytes = before.device.memory_used_bytes, after.device.memory_used_bytes
    if before_bytes is None or after_bytes is None:
        return True
    held = {other.pid: other.memory_bytes for other in before.others or ()}
    grown = sum(
        max(0, other.memory_bytes - (held[other.pid] or other.memory_bytes))
        for other in after.others or ()
        if other.pid in held and other.memory_bytes is not None
    )
    return after_bytes - grown <= before_bytes + MEMORY_NOISE_BYTES


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
