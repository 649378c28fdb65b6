"""Who else is on the device: named, never touched."""

from __future__ import annotations

from training.meters.gpu_facts import GpuProcess
from training.preflight.check import Check, count_of, gib
from training.preflight.target import Target

_SHOWN = 8
_NOBODYS_BYTES = 1 << 30
"""What the driver and its reserve hold on an idle GPU stays below this."""


def check_others(target: Target, *, has_own_pids: bool | None = None) -> tuple[Check, ...]:
    """Return the processes that are on the target already.

    Args:
        target: what the lanes are to train on.
        has_own_pids: whether only the processes of this container can be listed.
    """
    processes = target.processes
    if processes is None:
        return (Check("others", "info", "the driver does not list the processes on this GPU"),)
    unlisted = _unlisted_bytes(target, processes)
    if not processes:
        if unlisted <= _NOBODYS_BYTES:
            return (Check("others", "pass", "no other process on this GPU"),)
        why = "they may be outside this container" if has_own_pids else "nobody is listed who holds it"
        return (
            Check(
                "others",
                "warn",
                f"{gib(unlisted)} are in use: {why}",
                "rates may include theirs",
            ),
        )
    who = ", ".join(describe(process) for process in processes[:_SHOWN])
    more = f" and {len(processes) - _SHOWN} more" if len(processes) > _SHOWN else ""
    known = [process.memory_bytes for process in processes if process.memory_bytes is not None]
    held = f" holding {gib(sum(known))}" if known else ""
    message = f"{count_of(len(processes), 'other process')} on this GPU{held}: {who}{more}"
    if len(known) == len(processes) and unlisted > _NOBODYS_BYTES:
        message += f"; another {gib(unlisted)} are in use by nobody who is listed"
    return (Check("others", "warn", message, "wait for them, or know that rates include theirs"),)


def describe(process: GpuProcess) -> str:
    """Return a process as "PID 77 (anna, python, 3.1 GiB)"; what is not known is left out."""
    known = [part for part in (process.user, process.name) if part]
    if process.memory_bytes is not None:
        known.append(gib(process.memory_bytes))
    return f"PID {process.pid}" + (f" ({', '.join(known)})" if known else "")


def _unlisted_bytes(target: Target, processes: tuple[GpuProcess, ...]) -> int:
    if target.gpu.unified or target.total_bytes is None or target.free_bytes is None:
        return 0
    listed_bytes = sum(process.memory_bytes or 0 for process in processes)
    return max(0, target.total_bytes - target.free_bytes - listed_bytes)
