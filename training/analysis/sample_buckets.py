"""The device's samples summed up in buckets of time, so that they can be laid beside spans that are told later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from training.plan import Lane
from training.record.device_records import EventReason, Sample

CAPACITY = 512
WIDTH_S = 1.0
MOST_PERCENT = 1e6
"""Ten thousand cores: what is beyond is damaged."""
LONGEST_GAP_S = 5.0
"""Samples further apart say nothing of the time between them."""


@dataclass(slots=True)
class Mean:
    """A running mean; None where nothing was told."""

    total: float = 0.0
    count: int = 0

    def add(self, value: float | None) -> None:
        """Take in a share or a percentage; one that cannot be is left out."""
        if value is not None and 0 <= value <= MOST_PERCENT:
            self.total += value
            self.count += 1

    def merge(self, other: Mean) -> None:
        """Take in all that another has."""
        self.total += other.total
        self.count += other.count

    @property
    def value(self) -> float | None:
        """The mean."""
        return self.total / self.count if self.count else None


@dataclass(slots=True)
class SampleSums:
    """What a number of samples add up to."""

    seconds: float = 0.0
    """How long they stand for."""
    utilization: Mean = field(default_factory=Mean)
    sm_active: Mean = field(default_factory=Mean)
    dram_bandwidth: Mean = field(default_factory=Mean)
    cpu: dict[Lane, Mean] = field(default_factory=dict)
    """Percent of one core."""
    held_s: dict[EventReason, float] = field(default_factory=dict)
    memory_peak: tuple[int, int] | None = None
    """Used and total bytes, where the used part of the total was greatest."""

    def add(self, sample: Sample, seconds: float) -> None:
        """Take in one sample, which stands for so long."""
        device = sample.device
        self.seconds += seconds
        self.utilization.add(device.utilization_percent)
        self.sm_active.add(device.sm_active_percent)
        self.dram_bandwidth.add(device.dram_bandwidth_percent)
        pids = [reading.pid for reading in sample.lanes.values()]
        for lane, reading in sample.lanes.items():
            if reading.cpu_percent is not None:  # of one process for both, each is given its half
                self.cpu.setdefault(lane, Mean()).add(reading.cpu_percent / pids.count(reading.pid))
        for reason in device.event_reasons or ():
            self.held_s[reason] = self.held_s.get(reason, 0.0) + seconds
        used, total = device.memory_used_bytes, device.memory_total_bytes
        if used is not None and total is not None and 0 < used <= total:
            self._see_memory((used, total))

    def merge(self, other: SampleSums) -> None:
        """Take in all that another has."""
        self.seconds += other.seconds
        self.utilization.merge(other.utilization)
        self.sm_active.merge(other.sm_active)
        self.dram_bandwidth.merge(other.dram_bandwidth)
        for lane, mean in other.cpu.items():
            self.cpu.setdefault(lane, Mean()).merge(mean)
        for reason, seconds in other.held_s.items():
            self.held_s[reason] = self.held_s.get(reason, 0.0) + seconds
        if other.memory_peak is not None:
            self._see_memory(other.memory_peak)

    def _see_memory(self, seen: tuple[int, int]) -> None:
        before = self.memory_peak
        if before is None or seen[0] * before[1] > before[0] * seen[1]:
            self.memory_peak = seen


class SampleBuckets:
    """Takes samples in order, in bounded memory: where there are too many buckets each becomes twice as long."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._width_s = WIDTH_S
        self._buckets: dict[int, SampleSums] = {}
        self._last_t: float | None = None

    def take(self, sample: Sample) -> None:
        """Take in a sample; it stands for the time since the one before."""
        if sample.t < 0:
            return
        seconds = 0.0 if self._last_t is None else min(max(0.0, sample.t - self._last_t), LONGEST_GAP_S)
        self._last_t = sample.t
        self._buckets.setdefault(int(sample.t // self._width_s), SampleSums()).add(sample, seconds)
        while len(self._buckets) > self._capacity:
            self._widen()

    @property
    def version(self) -> tuple[float, int]:
        """Changes with every bucket that is begun."""
        return self._width_s, len(self._buckets)

    def closed(self) -> Iterator[tuple[float, float, SampleSums]]:
        """From when to when each goes, and its sums; not the newest, which is not full yet."""
        newest = max(self._buckets, default=0)
        for index, sums in self._buckets.items():
            if index < newest:
                yield index * self._width_s, (index + 1) * self._width_s, sums

    def _widen(self) -> None:
        self._width_s *= 2
        wider: dict[int, SampleSums] = {}
        for index, sums in self._buckets.items():
            wider.setdefault(index // 2, SampleSums()).merge(sums)
        self._buckets = wider
