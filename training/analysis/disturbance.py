"""What spoils a span in which a rate is taken: somebody else on the device or its CPUs, heat, a changed clock."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Literal

from training.record.device_records import EventReason, Sample

OTHER_CORES = 0.25
"""CPU time of others or of the host, in cores, beyond which a span on a CPU is disturbed.

The viewer and the supervisor take 0.03.
"""
OTHER_SHARE = 0.08
"""The same as a share of the cores there are: on many cores a quarter of one is nothing."""
OTHERS_SM_PERCENT = 5.0
THROTTLED: frozenset[EventReason] = frozenset(
    {"thermal", "hardware slowdown", "hardware thermal", "power brake"}
)
"""Clocks held down by more than the load itself. A power cap under two trainings is part of sharing."""


def disturbances(
    samples: Sequence[Sample],
    *,
    kind: Literal["cpu", "gpu"],
    cores: float | None,
    strangers_before: frozenset[int] = frozenset(),
    swapped_pages: int = 0,
    stolen_cores: float = 0.0,
) -> tuple[str, ...]:
    """What disturbed the lanes during these samples, each in a few words; empty where nothing did.

    Args:
        samples: those of the span.
        kind: the device's.
        cores: the CPU capacity the lanes may use, None where it is not known.
        strangers_before: PIDs of others that were on the GPU when the lanes were released.
        swapped_pages: how many pages the machine read back from swap meanwhile.
        stolen_cores: how many cores' time a virtual machine's host took from it meanwhile.
    """
    found = [*_on_cpu(samples, kind, cores), *_throttled(samples)]
    if kind == "gpu":
        found += _on_gpu(samples, strangers_before)
    if kind == "cpu" and cores is not None and stolen_cores > _most_of_others(cores):
        found.append(f"the machine's host took CPU time ({stolen_cores:.1f} of {cores:g} cores)")
    if swapped_pages > 0:
        found.append("the machine was swapping")
    return tuple(found)


def sm_clock_mhz(samples: Sequence[Sample]) -> float | None:
    """The median SM clock; None where it is not known."""
    known = [sample.device.sm_clock_mhz for sample in samples if sample.device.sm_clock_mhz is not None]
    return statistics.median(known) if known else None


def _on_cpu(samples: Sequence[Sample], kind: Literal["cpu", "gpu"], cores: float | None) -> list[str]:
    """Only where the device is the CPU: its utilisation is the device's."""
    if kind != "cpu" or cores is None:
        return []
    others = [
        sample.device.utilization_percent / 100 * cores
        - sum(reading.cpu_percent or 0.0 for reading in sample.lanes.values()) / 100
        for sample in samples
        if sample.device.utilization_percent is not None
        and all(reading.cpu_percent is not None for reading in sample.lanes.values())
    ]
    if not others or statistics.fmean(others) <= _most_of_others(cores):
        return []
    return [f"other work on the CPUs ({statistics.fmean(others):.1f} of {cores:g} cores)"]


def _most_of_others(cores: float) -> float:
    return max(OTHER_CORES, OTHER_SHARE * cores)


def _on_gpu(samples: Sequence[Sample], strangers_before: frozenset[int]) -> list[str]:
    shares = [sample.others_sm_percent for sample in samples if sample.others_sm_percent is not None]
    if shares and statistics.fmean(shares) > OTHERS_SM_PERCENT:
        return [f"other work on the GPU ({statistics.fmean(shares):.0f} % of the SM time)"]
    came = {other.pid for sample in samples for other in sample.others or ()} - strangers_before
    return ["another process came to the device"] if came else []


def _throttled(samples: Sequence[Sample]) -> list[str]:
    reasons = dict.fromkeys(
        reason for sample in samples for reason in sample.device.event_reasons or () if reason in THROTTLED
    )
    return [f"clocks held down: {', '.join(reasons)}"] if reasons else []
