"""Whether the lanes will fit the device's memory, as far as that can be told before they run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from training.description import Description, kept_description
from training.plan import Lane, Plan
from training.preflight.check import Check, gib
from training.preflight.target import Target
from training.preset import Preset

_CONTEXT_BYTES = 768 << 20
"""What a CUDA context with its libraries takes beside the framework's pool: a guess, for a warning only."""

_MIB = 1 << 20
_NAME = "device memory"

Describe = Callable[[Preset], Description | None]


@dataclass(frozen=True, slots=True)
class LaneNeed:
    """What one lane's pool will take: exactly its cap, else an estimate, else not known."""

    lane: Lane
    pool_bytes: int | None
    is_cap: bool = False

    @property
    def told(self) -> str:
        """In words."""
        if self.pool_bytes is None:
            return f"lane {self.lane} not computed yet"
        return f"lane {self.lane} {'' if self.is_cap else '≈'}{gib(self.pool_bytes)}{' (cap)' if self.is_cap else ''}"


def lane_need(plan: Plan, lane: Lane, describe: Describe = kept_description) -> LaneNeed:
    """Return what the lane's pool will take.

    Parameters, as much again for their gradients, the optimizer's state, and what the layers put out for one batch
    and keep for the way back. What cuDNN and XLA take as workspace is not in it.
    """
    preset = plan.lanes[lane].preset
    if preset.device.memory != "growth":
        return LaneNeed(lane, preset.device.memory * _MIB, is_cap=True)
    described = describe(preset)
    if described is None:
        return LaneNeed(lane, None)
    return LaneNeed(
        lane,
        2 * described.parameter_bytes
        + described.optimizer_bytes_estimate
        + described.activation_bytes_estimate,
    )


def check_device_memory(plan: Plan, target: Target, describe: Describe = kept_description) -> Check:
    """Hold what the target's lanes will take against what is free there.

    Only caps stop a launch: they are exact. With sequential sharing the lanes take it one after the other.
    """
    total_bytes, free_bytes = target.total_bytes, target.free_bytes
    if total_bytes is None or free_bytes is None:
        return Check(_NAME, "info", "the driver does not tell how much is free")
    needs = [lane_need(plan, lane, describe) for lane in target.lanes]
    in_turn = plan.sharing == "sequential"
    combine = max if in_turn else sum
    caps_bytes = combine([need.pool_bytes or 0 for need in needs if need.is_cap] or [0])
    pools_bytes = combine([need.pool_bytes or 0 for need in needs] or [0])
    contexts = 1 if in_turn or plan.sharing == "one-process" else len(needs)
    need_bytes = pools_bytes + contexts * _CONTEXT_BYTES
    unified = ", unified with the machine's" if target.gpu.unified else ""
    free = f"{gib(free_bytes)} of {gib(total_bytes)} free{unified}"
    if caps_bytes > total_bytes:
        message = f"the caps ask for {gib(caps_bytes)}, there are {gib(total_bytes)}"
        return Check(_NAME, "stop", message, "lower the caps (device.memory), or choose sequential")
    lanes = (
        ", then ".join(need.told for need in needs) if in_turn else " + ".join(need.told for need in needs)
    )
    context = "a CUDA context" if contexts == 1 else f"{contexts} CUDA contexts"
    forecast = f"expected about {gib(need_bytes)}: {lanes}, {context} ≈{gib(contexts * _CONTEXT_BYTES)}"
    if need_bytes > free_bytes:
        remedy = "expect out of memory: free the device, lower caps or batch sizes"
        return Check(
            _NAME, "warn", f"{free}; {forecast}", remedy if in_turn else f"{remedy}, or choose sequential"
        )
    return Check(_NAME, "pass", f"{free}; {forecast}")
