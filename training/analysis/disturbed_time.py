"""How much of a span something disturbed: others on the device or its CPUs, heat."""

from __future__ import annotations

from typing import Literal

from training.analysis.disturbance import disturbances
from training.record.device_records import DeviceRecord, Sample, Source

PART_S = 5.0
"""Judged as a whole: a single sample of others' CPU time says little."""
MOST_DISTURBED_SHARE = 0.1
"""A rate of which more was disturbed is too low by nobody knows how much."""


class DisturbedTime:
    """Takes a run's device records in their order; keeps of each part only whether it was disturbed."""

    def __init__(self, kind: Literal["cpu", "gpu"]) -> None:
        self._kind = kind
        self._cores: float | None = None
        self._seen: set[int] = set()
        """PIDs of others: one that stays disturbs by what it does, and not by being there."""
        self._part: list[Sample] = []
        self._parts: list[tuple[float, float, bool]] = []

    def take(self, record: DeviceRecord) -> None:
        """Take the next record."""
        if isinstance(record, Source):
            self._cores = record.cores if record.cores is not None else self._cores
        elif isinstance(record, Sample):
            self._part.append(record)
            if record.t - self._part[0].t >= PART_S:
                self._judge()

    def share(self, since_t: float, until_t: float) -> float | None:
        """Which share of the time between, 0 to 1; None where no part of it was metered."""
        self._judge()
        metered_s = disturbed_s = 0.0
        for began_t, ended_t, was_disturbed in self._parts:
            within_s = min(ended_t, until_t) - max(began_t, since_t)
            if within_s > 0:
                metered_s += within_s
                disturbed_s += within_s if was_disturbed else 0.0
        return disturbed_s / metered_s if metered_s > 0 else None

    def _judge(self) -> None:
        if len(self._part) < 2:
            return
        first, last = self._part[0], self._part[-1]
        found = disturbances(
            self._part, kind=self._kind, cores=self._cores, strangers_before=frozenset(self._seen)
        )
        self._parts.append((first.t, last.t, bool(found)))
        self._seen |= {other.pid for sample in self._part for other in sample.others or ()}
        self._part = [last]
