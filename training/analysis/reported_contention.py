"""Contention as `report.json` tells it: no verdict where there can be none, figures rounded, every key there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from training.analysis.contention import Contention
from training.plan import LANES, Lane, Plan

NEVER_BESIDE = "the lanes never trained beside each other"

_BY_LANE = ("solo_steps_per_s", "shared_steps_per_s", "slowdown")


def why_void(plan: Plan, on_cpu: Sequence[Lane], device_lost: str | None) -> str | None:
    """Why nothing in a run may be taken as a verdict about the GPU; None where it may, or no GPU was asked for.

    Args:
        plan: what was asked.
        on_cpu: the lanes that trained on the CPU though a GPU was chosen.
        device_lost: why the GPU is gone, where it is.
    """
    if plan.device.kind != "gpu":
        return None
    if on_cpu:
        who = f"lane {on_cpu[0]}" if len(on_cpu) == 1 else "both lanes"
        return f"no verdict about the GPU: {who} trained on the CPU"
    return (
        "no verdict about the GPU: it was lost while the lanes trained" if device_lost is not None else None
    )


def reported_contention(told: Contention, plan: Plan, void: str | None, *, beside: bool = True) -> Contention:
    """What the blocks say, as it stands in the report.

    Args:
        told: what the blocks say.
        plan: what was asked.
        void: why there can be no verdict, whatever they say.
        beside: whether both lanes ever trained at one time.
    """
    if void is not None:
        told = structs.replace(told, verdict="unknown", because=void)
    elif len(plan.lanes) > 1 and not beside:
        told = structs.replace(told, verdict="unknown", because=NEVER_BESIDE)
    return _rounded(told)


def every_key(told: Contention) -> dict[str, Any]:
    """The JSON object: each key stands there, and in what is told by lane both lanes; null is not known."""
    kept: dict[str, Any] = {name: msgspec.to_builtins(getattr(told, name)) for name in told.__struct_fields__}
    for name in _BY_LANE:
        kept[name] = {lane: kept[name].get(lane) for lane in LANES}
    return kept


def known_keys(told: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object again, without the lanes of which nothing is known."""
    return {
        name: {lane: number for lane, number in value.items() if number is not None}
        if name in _BY_LANE and isinstance(value, dict)
        else value
        for name, value in told.items()
    }


def _rounded(told: Contention) -> Contention:
    return structs.replace(
        told,
        solo_steps_per_s=_rates(told.solo_steps_per_s),
        shared_steps_per_s=_rates(told.shared_steps_per_s),
        slowdown={lane: round(ratio, 4) for lane, ratio in told.slowdown.items()},
        stp=_ratio(told.stp),
        stp_interval=_interval(told.stp_interval),
        antt=_ratio(told.antt),
        fairness=_ratio(told.fairness),
        speedup=_ratio(told.speedup),
        interval=_interval(told.interval),
        speedup_whole=_ratio(told.speedup_whole),
        probe_cost_s=_seconds(told.probe_cost_s),
        stood_still_s=_seconds(told.stood_still_s),
        shared_s=_seconds(told.shared_s),
        shared_left_out_s=_seconds(told.shared_left_out_s),
        makespan_s=_seconds(told.makespan_s),
        sequential_estimate_s=_seconds(told.sequential_estimate_s),
    )


def _rates(rates: Mapping[Lane, float]) -> dict[Lane, float]:
    """Five figures: a rate may be of any size."""
    return {lane: float(f"{rate:.5g}") for lane, rate in rates.items()}


def _ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _interval(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (round(interval[0], 4), round(interval[1], 4))


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
