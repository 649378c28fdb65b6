"""Reading an open GPU, sample by sample: what is the same wherever the lanes' processes are listed."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from training.meters.capacity import Capacity
from training.meters.host import lane_host_figures
from training.meters.lane_attribution import LaneMemory
from training.meters.meter import LaneProcess
from training.meters.process_tree import LaneTrees, TreeReading
from training.plan import Lane
from training.record.device_records import (
    DeviceReading,
    Figure,
    FigureState,
    LaneReading,
    OtherReading,
    Sample,
    Source,
)

_BEST_FIRST: tuple[FigureState, ...] = ("value", "estimate", "unsupported", "idle", "pending")


@dataclass(slots=True)
class Told:
    """What one reading of the driver came to."""

    device: DeviceReading
    memory: dict[Lane, LaneMemory]
    list_figure: Figure
    """How reading the list of processes goes: the memory's figure while no lane lives."""
    share_figure: Figure
    others: tuple[OtherReading, ...] = ()
    percents: Mapping[Lane, float | None] = field(default_factory=dict)
    others_percent: float | None = None
    age_s: float | None = None

    def figures(self) -> dict[str, Figure]:
        """The lanes' figures; one for all where they agree, the lanes' own where they differ."""
        own = {lane: memory.figure for lane, memory in self.memory.items()}
        every = min(own.values(), key=lambda it: _BEST_FIRST.index(it.state), default=self.list_figure)
        figures = {"lanes.memory_bytes": every, "lanes.sm_percent": self.share_figure}
        if any(figure != every for figure in own.values()):
            figures |= {f"lanes.{lane}.memory_bytes": figure for lane, figure in own.items()}
        return figures


class GpuReading(ABC):
    """What an open meter reads from; the kinds differ in where a lane's processes are listed."""

    def __init__(self, capacity: Capacity, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._trees = LaneTrees(clock=clock)
        self._lane_cpu_known = False
        self._lane_figures: dict[str, Figure] = {
            "lanes.memory_bytes": Figure(source="nvml", scope="process", state="pending"),
            "lanes.sm_percent": Figure(source="nvml", scope="process", state="pending"),
        }

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        """Read everything. Raises DeviceLostError."""
        began = time.perf_counter()
        trees = self._trees.read({lane: process.pid for lane, process in lanes.items()})
        told = self._read(t, {lane: lanes[lane] for lane in trees}, trees)
        readings: dict[Lane, LaneReading] = {}
        for lane, tree in trees.items():
            self._lane_cpu_known = self._lane_cpu_known or tree.cpu_percent is not None
            readings[lane] = LaneReading(
                pid=tree.pid,
                memory_bytes=told.memory[lane].memory_bytes if lane in told.memory else None,
                sm_percent=told.percents.get(lane),
                sm_age_s=told.age_s if told.percents.get(lane) is not None else None,
                cpu_percent=tree.cpu_percent,
                rss_bytes=tree.rss_bytes,
            )
        self._lane_figures = told.figures()
        return Sample(
            t=t,
            device=told.device,
            lanes=readings,
            others=told.others,
            others_sm_percent=told.others_percent,
            seconds=time.perf_counter() - began,
        )

    def source(self, t: float) -> Source:
        """Where each figure comes from, as known now."""
        figures = {f"device.{name}": figure for name, figure in self._device_figures().items()}
        figures |= self._lane_figures
        figures |= lane_host_figures(cpu_known=self._lane_cpu_known)
        return Source(t=t, figures=figures, cores=self._capacity.cores)

    @abstractmethod
    def close(self) -> None:
        """Give the driver's buffers back."""

    @abstractmethod
    def _read(
        self, t: float, lanes: Mapping[Lane, LaneProcess], trees: Mapping[Lane, TreeReading]
    ) -> Told: ...

    @abstractmethod
    def _device_figures(self) -> dict[str, Figure]: ...


def all_pids(trees: Iterable[TreeReading]) -> frozenset[int]:
    """Return the PIDs of all trees."""
    return frozenset[int]().union(*(tree.pids for tree in trees))
