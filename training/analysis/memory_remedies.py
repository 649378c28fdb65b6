"""What may help a lane that ran out of memory, with numbers: a smaller batch, caps that fit, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from training.plan import Lane, Plan, Sharing
from training.record.event_records import MemoryHolder

CONTEXT_BYTES = 768 << 20
"""What a CUDA context with its libraries takes beside the framework's pool, which is all that a cap bounds: a guess."""
LEAST_CAP_MIB = 64
OUT_OF_MEMORY = "out-of-memory"
HOST_MEMORY = "host-memory"
"""The kinds of a lane's error that say so: of the device's memory, and of the machine's."""
_MIB = 1 << 20

RemedyKey = Literal["batch", "cap", "sequential"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do differently: `overrides` as for `--set`, `sharing` where that changes."""

    key: RemedyKey
    text: str
    overrides: tuple[str, ...] = ()
    sharing: Sharing | None = None


def memory_remedies(
    plan: Plan,
    failed: Sequence[Lane],
    *,
    kind: str = OUT_OF_MEMORY,
    held: Sequence[MemoryHolder] = (),
    peak_bytes: Mapping[Lane, int | None] | None = None,
) -> tuple[Remedy, ...]:
    """What to try, the likeliest first.

    Args:
        plan: what ran.
        failed: the lanes that ran out of memory.
        kind: of which: `OUT_OF_MEMORY` or `HOST_MEMORY`, against which a cap on the device's does nothing.
        held: who held the device's memory then.
        peak_bytes: the most each lane held of it; what `held` says where it is not known.
    """
    found = [_smaller_batch(plan, failed)]
    if kind == OUT_OF_MEMORY and plan.sharing != "sequential":
        found.append(_caps(plan, failed, held, peak_bytes or {}))
    if plan.sharing != "sequential" and len(plan.lanes) > 1:
        found.append(
            Remedy("sequential", "one lane after the other, each with the memory to itself", (), "sequential")
        )
    return tuple(remedy for remedy in found if remedy is not None)


def _smaller_batch(plan: Plan, failed: Sequence[Lane]) -> Remedy | None:
    presets = {lane: plan.lanes[lane].preset for lane in failed}
    sizes = {lane: preset.fit.batch_size for lane, preset in presets.items() if preset.script is None}
    halved = {lane: size // 2 for lane, size in sizes.items() if size > 1}
    if not halved:
        return None
    told = " and ".join(
        f"lane {lane.upper()}: {size} instead of {sizes[lane]}" for lane, size in halved.items()
    )
    overrides = tuple(f"{lane}.fit.batch_size={size}" for lane, size in halved.items())
    return Remedy("batch", f"half the batch size ({told})", overrides)


def _caps(
    plan: Plan, failed: Sequence[Lane], held: Sequence[MemoryHolder], peaks: Mapping[Lane, int | None]
) -> Remedy | None:
    """Caps that leave the other lane what it held at its peak, or halves where that is not known or both failed."""
    total_bytes = plan.device.memory_bytes
    if plan.device.kind != "gpu" or plan.lane_devices or not total_bytes:
        return None
    if any(planned.preset.script is not None for planned in plan.lanes.values()):
        return None  # a script sets its device up itself
    others_bytes = sum(holder.memory_bytes or 0 for holder in held if holder.who == "others")
    room_mib = (total_bytes - others_bytes - len(plan.lanes) * CONTEXT_BYTES) // _MIB
    kept_mib: dict[Lane, int] = {}
    by_lane = {holder.who: holder.memory_bytes for holder in held}
    for lane in plan.lanes:
        peak = peaks.get(lane) or by_lane.get(lane)
        if lane not in failed and peak:
            kept_mib[lane] = max(LEAST_CAP_MIB, (peak - CONTEXT_BYTES) // _MIB)
    rest = [lane for lane in plan.lanes if lane not in kept_mib]
    share_mib = (room_mib - sum(kept_mib.values())) // len(rest) if rest else 0
    if share_mib < LEAST_CAP_MIB:
        return None
    caps = {lane: kept_mib.get(lane, share_mib) for lane in plan.lanes}
    told = ", ".join(f"lane {lane.upper()} {mib} MiB" for lane, mib in caps.items())
    kept = "".join(f"; {lane.upper()} keeps what it held at most" for lane in kept_mib)
    return Remedy(
        "cap",
        f"caps that fit together ({told}{kept})",
        tuple(f"{n}.device.memory={c}" for n, c in caps.items()),
    )
