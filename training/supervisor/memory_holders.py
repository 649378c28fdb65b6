"""Who held the device's memory when a lane ran out of it, and what that means for the next try."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from training.analysis.memory_remedies import OUT_OF_MEMORY, memory_remedies
from training.plan import Lane, Plan
from training.preset.printable import printable
from training.record.device_records import OtherReading, Sample
from training.record.event_records import LaneEnded, MemoryHolder

MOST_OTHERS = 8


def tell_who_held(ended: LaneEnded, plan: Plan, sample: Sample | None) -> LaneEnded:
    """The record with the holders in it, and a hint that names what to try; as it is where memory was not the cause."""
    if ended.kind != OUT_OF_MEMORY or sample is None:
        return ended
    held = memory_holders(sample, plan, ended.lane)
    remedies = memory_remedies(plan, [ended.lane], held=held)
    tries = "; or ".join(
        " ".join(f"--set {override}" for override in remedy.overrides) or f"--sharing {remedy.sharing}"
        for remedy in remedies
    )
    return structs.replace(ended, held=held, hint=f"Try {tries}; `dualtrain-tui retry` offers it.")


def memory_holders(sample: Sample, plan: Plan, failed: Lane) -> tuple[MemoryHolder, ...]:
    """The lanes, the other processes (the largest first), what no process accounts for, and what was free.

    A lane with a MIG instance of its own shares its memory with nobody: then only it and what its instance has left
    are told.
    """
    if plan.lane_devices:
        own = sample.lanes.get(failed)
        total = plan.device_of(failed).memory_bytes
        used = None if own is None else own.memory_bytes
        held = () if own is None else (MemoryHolder(failed, used, own.pid),)
        return (*held, MemoryHolder("free", None if total is None or used is None else max(0, total - used)))
    lanes = tuple(
        MemoryHolder(lane, reading.memory_bytes, reading.pid)
        for lane, reading in sorted(sample.lanes.items())
    )
    others = _others(sample.others or ())
    used, total = sample.device.memory_used_bytes, sample.device.memory_total_bytes
    rest: tuple[MemoryHolder, ...] = ()
    if used is not None:
        accounted = sum(holder.memory_bytes or 0 for holder in (*lanes, *others))
        rest = (
            (MemoryHolder("others", used - accounted, name="no process named"),) if used > accounted else ()
        )
    free = None if used is None or total is None else max(0, total - used)
    return (*lanes, *others, *rest, MemoryHolder("free", free))


def _others(others: Sequence[OtherReading]) -> tuple[MemoryHolder, ...]:
    ordered = sorted(others, key=lambda other: -(other.memory_bytes or 0))
    told = tuple(
        MemoryHolder("others", other.memory_bytes, other.pid, _name(other)) for other in ordered[:MOST_OTHERS]
    )
    left = ordered[MOST_OTHERS:]
    if not left:
        return told
    known = [other.memory_bytes for other in left if other.memory_bytes is not None]
    return (*told, MemoryHolder("others", sum(known) if known else None, name=f"{len(left)} more processes"))


def _name(other: OtherReading) -> str | None:
    name = printable(other.name, limit=60) if other.name else ""
    user = f"({printable(other.user, limit=40)})" if other.user else ""
    return " ".join(part for part in (name, user) if part) or None
