"""Who held the device's memory, in words."""

from __future__ import annotations

from collections.abc import Sequence

from training.record.event_records import MemoryHolder

_MIB = 1 << 20
_GIB = 1 << 30


def held_text(held: Sequence[MemoryHolder], *, most_others: int | None = None) -> str:
    """In one line: `A 9.0 GiB, PID 77 python (eva) 3.0 GiB, free 512 MiB`.

    Args:
        held: as recorded, the largest of the others first.
        most_others: so many of the others are named, the rest counted; None names all.
    """
    others = [holder for holder in held if holder.who == "others"]
    left_out = [] if most_others is None else others[most_others:]
    told = [_told(holder) for holder in held if not any(holder is one for one in left_out)]
    if left_out:
        at = 1 + max(index for index, holder in enumerate(held) if holder.who == "others") - len(left_out)
        told.insert(at, f"+{len(left_out)} more")
    return ", ".join(told)


def _told(holder: MemoryHolder) -> str:
    size = "unknown"
    if holder.memory_bytes is not None:
        gib = holder.memory_bytes / _GIB
        size = f"{gib:.1f} GiB" if gib >= 1 else f"{holder.memory_bytes / _MIB:.0f} MiB"
    if holder.who in ("a", "b"):
        return f"{holder.who.upper()} {size}"
    parts = (f"PID {holder.pid}" if holder.pid is not None else "", holder.name or "")
    who = " ".join(part for part in parts if part) if holder.who == "others" else holder.who
    return f"{who or 'others'} {size}"
