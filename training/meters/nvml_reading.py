"""Reading an open GPU, sample by sample: the device, its processes, and the lanes among them."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec import structs

from training.meters.capacity import Capacity
from training.meters.host import lane_host_figures
from training.meters.lane_attribution import ON_MIG, LaneAttribution, LaneMemory, Surroundings
from training.meters.meter import LaneProcess
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice, NvmlError
from training.meters.nvml_processes import MemoryByPid, Others, ProcessMemory, ProcessShares
from training.meters.process_tree import LaneTrees, TreeReading
from training.meters.warm_up_growth import WarmUpGrowth
from training.plan import Lane
from training.record.device_records import DeviceReading, Figure, LaneReading, OtherReading, Sample, Source

MPS_SERVER = "nvidia-cuda-mps"


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
    ) -> _Told: ...

    @abstractmethod
    def _device_figures(self) -> dict[str, Figure]: ...


@dataclass(slots=True)
class _Told:
    """What one reading of the driver came to."""

    device: DeviceReading
    memory: dict[Lane, LaneMemory]
    memory_figure: Figure
    """Of all lanes, where no list could be read or no lane lives."""
    share_figure: Figure
    others: tuple[OtherReading, ...] = ()
    percents: Mapping[Lane, float | None] = ()  # type: ignore[assignment]
    others_percent: float | None = None
    age_s: float | None = None

    def figures(self) -> dict[str, Figure]:
        """The lanes' figures; one for all where they agree, the lanes' own where they differ."""
        own = {lane: memory.figure for lane, memory in self.memory.items()}
        figures = {
            "lanes.memory_bytes": _best(own.values()) if own else self.memory_figure,
            "lanes.sm_percent": self.share_figure,
        }
        if len(set(map(_key, own.values()))) > 1:
            figures |= {f"lanes.{lane}.memory_bytes": figure for lane, figure in own.items()}
        return figures


def _key(figure: Figure) -> tuple[str, str]:
    return figure.state, figure.reason


def _best(figures: object) -> Figure:
    order = ("value", "estimate", "unsupported", "idle", "pending")
    return min(figures, key=lambda figure: order.index(figure.state))  # type: ignore[no-any-return, call-overload]


class _Listed:
    """One list of processes, of a GPU or a MIG instance, and the lanes in it."""

    def __init__(self, device: NvmlDevice, surroundings: Surroundings, clock: Callable[[], float]) -> None:
        self._memory = ProcessMemory(device, clock=clock)
        self._growth = WarmUpGrowth()
        self._names = Others()
        self.attribution = LaneAttribution(surroundings)
        self.listed: MemoryByPid | None = None
        self.others: tuple[OtherReading, ...] = ()

    @property
    def figure(self) -> Figure:
        """How reading the list goes."""
        return self._memory.query.figure("process")

    @property
    def has_mps_server(self) -> bool:
        """Whether an MPS server is among the others."""
        return any((other.name or "").startswith(MPS_SERVER) for other in self.others)

    def read(self, ours: frozenset[int]) -> None:
        """Read the list; `ours` are the PIDs of all lanes."""
        self.listed = self._memory.read()
        listed = self.listed or {}
        self.others = self._names.read(listed, ours, self._memory.kinds) if listed else ()

    def lanes(
        self,
        t: float,
        lanes: Mapping[Lane, LaneProcess],
        trees: Mapping[Lane, TreeReading],
        used_bytes: int | None,
    ) -> dict[Lane, LaneMemory]:
        """Each lane's memory; empty where the list cannot be read."""
        self._growth.take(lanes, used_bytes, [other.pid for other in self.others])
        if self.listed is None:
            return {}
        return {
            lane: self.attribution.memory(
                t,
                lane,
                process,
                trees[lane].pids,
                self.listed,
                growth=self._growth.of(lane),
                has_mps_server=self.has_mps_server,
            )
            for lane, process in lanes.items()
        }


class WholeGpu(GpuReading):
    """Both lanes on one GPU, or on one MIG instance."""

    def __init__(
        self,
        device: NvmlDevice,
        parent: NvmlDevice | None,
        capacity: Capacity,
        surroundings: Surroundings,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Read `device`; `parent` is the GPU where it is a MIG instance."""
        super().__init__(capacity, clock)
        instance_id = _gpu_instance_id(device) if parent is not None else None
        self._device = DeviceFigures(
            device, capacity, clock=clock, parent=parent, gpu_instance_id=instance_id
        )
        self._is_mig = parent is not None
        self._listed = _Listed(device, surroundings, clock)
        self._shares = None if parent is not None else ProcessShares(device, clock=clock)

    def close(self) -> None:
        """Give the driver's buffers back."""
        self._device.close()

    def _device_figures(self) -> dict[str, Figure]:
        return self._device.figures()

    def _read(self, t: float, lanes: Mapping[Lane, LaneProcess], trees: Mapping[Lane, TreeReading]) -> _Told:
        device = self._device.read()
        ours = frozenset[int]().union(*(tree.pids for tree in trees.values()))
        self._listed.read(ours)
        told = _Told(
            device=device,
            memory=self._listed.lanes(t, lanes, trees, device.memory_used_bytes),
            memory_figure=self._listed.figure,
            share_figure=Figure(source="nvml", scope="process", state="unsupported", reason=ON_MIG),
            others=self._listed.others,
            percents={},
        )
        if self._shares is not None:
            self._share(t, told, lanes, trees, ours)
        return told

    def _share(
        self,
        t: float,
        told: _Told,
        lanes: Mapping[Lane, LaneProcess],
        trees: Mapping[Lane, TreeReading],
        ours: frozenset[int],
    ) -> None:
        assert self._shares is not None
        self._shares.poll(busy_percent=told.device.utilization_percent)
        self._shares.shares.forget_others(ours)
        attribution = self._listed.attribution
        attribution.take_sampled(t, self._shares.shares.newest_pids, self._listed.listed)
        told.share_figure = self._shares.query.figure("process")
        if told.share_figure.state not in ("value", "idle"):
            return
        if attribution.shares_are_ours:
            told.percents = {lane: self._shares.percent(tree.pids) for lane, tree in trees.items()}
            told.others_percent = self._shares.others_percent(ours)
            told.age_s = self._shares.age_s
        known = [percent for percent in told.percents.values() if percent is not None]
        told.share_figure = attribution.share_figure(
            t, lanes, known, has_mps_server=self._listed.has_mps_server
        )


class LaneInstances(GpuReading):
    """Each lane on a MIG instance of its own, of one GPU: memory is that of the lanes' instances together."""

    def __init__(
        self,
        parent: NvmlDevice,
        instances: Mapping[Lane, NvmlDevice],
        capacity: Capacity,
        surroundings: Surroundings,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Read `instances` of the GPU `parent`."""
        super().__init__(capacity, clock)
        self._devices = {
            lane: DeviceFigures(instance, capacity, clock=clock, parent=parent, gpm=False)
            for lane, instance in instances.items()
        }
        self._listed = {lane: _Listed(instance, surroundings, clock) for lane, instance in instances.items()}

    def close(self) -> None:
        """Give the driver's buffers back."""
        for device in self._devices.values():
            device.close()

    def _device_figures(self) -> dict[str, Figure]:
        figures = next(iter(self._devices.values())).figures()
        for name in ("memory_used_bytes", "memory_reserved_bytes", "memory_total_bytes"):
            figure = figures[name]
            if figure.state == "value":
                figures[name] = structs.replace(figure, reason="of the lanes' MIG instances together")
        return figures

    def _read(self, t: float, lanes: Mapping[Lane, LaneProcess], trees: Mapping[Lane, TreeReading]) -> _Told:
        readings = {lane: device.read() for lane, device in self._devices.items()}
        ours = frozenset[int]().union(*(tree.pids for tree in trees.values()))
        memory: dict[Lane, LaneMemory] = {}
        for lane, listed in self._listed.items():
            listed.read(ours)
            its = {lane: lanes[lane]} if lane in lanes else {}
            memory |= listed.lanes(t, its, trees, readings[lane].memory_used_bytes)
        first = next(iter(readings.values()))
        device = structs.replace(
            first,
            memory_used_bytes=_sum([reading.memory_used_bytes for reading in readings.values()]),
            memory_reserved_bytes=_sum([reading.memory_reserved_bytes for reading in readings.values()]),
            memory_total_bytes=_sum([reading.memory_total_bytes for reading in readings.values()]),
        )
        return _Told(
            device=device,
            memory=memory,
            memory_figure=next(iter(self._listed.values())).figure,
            share_figure=Figure(source="nvml", scope="process", state="unsupported", reason=ON_MIG),
            others=tuple(other for listed in self._listed.values() for other in listed.others),
            percents={},
        )


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _gpu_instance_id(instance: NvmlDevice) -> int | None:
    try:
        return int(instance.call("nvmlDeviceGetGpuInstanceId"))
    except NvmlError:
        return None
