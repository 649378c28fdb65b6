"""The meter for an NVIDIA GPU, read through NVML."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from training.meters.capacity import Capacity, read_capacity
from training.meters.host import lane_host_figures
from training.meters.meter import LaneProcess, MeterError
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice, NvmlError, NvmlLibrary
from training.meters.nvml_processes import Others, ProcessMemory, ProcessShares, tree_memory_bytes
from training.meters.process_tree import LaneTrees
from training.plan import Lane
from training.record.device_records import Figure, LaneReading, Sample, Source


class NvmlMeter:
    """Reads one GPU by UUID, and the lanes' CPU time and RSS from the host.

    NVML's state does not survive a fork: open it in the process and thread that samples.
    """

    def __init__(
        self,
        uuid: str,
        *,
        binding: Any = None,
        capacity: Capacity | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Meter the GPU `uuid`; `binding` is a module like pynvml, imported in `open` when not given."""
        self._uuid = uuid
        self._library = NvmlLibrary(binding, clock=clock)
        self._given_capacity = capacity
        self._clock = clock
        self._parts: _Parts | None = None

    def open(self) -> None:
        """Start NVML and find the GPU. Raises MeterError; DeviceLostError when it is lost already."""
        self._library.start()
        try:
            device = NvmlDevice(self._library, self._uuid)
        except NvmlError as error:
            self._library.stop()
            raise MeterError(f"cannot read GPU {self._uuid}: {error}") from error
        capacity = self._given_capacity or read_capacity()
        self._parts = _Parts(device, capacity, self._clock)

    def source(self, t: float) -> Source:
        """Where each figure comes from, as known now."""
        return self._opened().source(t)

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        """Read the GPU and the lanes. Raises DeviceLostError; what cannot be read is None, never 0."""
        return self._opened().sample(t, lanes)

    def close(self) -> None:
        """Give NVML back."""
        if self._parts is not None:
            self._parts.close()
        self._parts = None
        self._library.stop()

    def _opened(self) -> _Parts:
        if self._parts is None:
            raise MeterError("the NVML meter is not open")
        return self._parts


class _Parts:
    """What an open meter reads from."""

    def __init__(self, device: NvmlDevice, capacity: Capacity, clock: Callable[[], float]) -> None:
        self._capacity = capacity
        self._device = DeviceFigures(device, capacity, clock=clock)
        self._memory = ProcessMemory(device, clock=clock)
        self._shares = ProcessShares(device, clock=clock)
        self._trees = LaneTrees(clock=clock)
        self._others = Others()
        self._lane_cpu_known = False
        self._lane_figures = {
            "lanes.memory_bytes": Figure(source="nvml", scope="process", state="pending"),
            "lanes.sm_percent": Figure(source="nvml", scope="process", state="pending"),
        }

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        began = time.perf_counter()
        device = self._device.read()
        memory = self._memory.read()
        self._shares.poll(busy_percent=device.utilization_percent)
        trees = self._trees.read({lane: process.pid for lane, process in lanes.items()})
        ours = frozenset().union(*(tree.pids for tree in trees.values()))
        self._shares.shares.forget_others(ours)
        readings: dict[Lane, LaneReading] = {}
        for lane, tree in trees.items():
            self._lane_cpu_known = self._lane_cpu_known or tree.cpu_percent is not None
            readings[lane] = LaneReading(
                pid=tree.pid,
                memory_bytes=None if memory is None else tree_memory_bytes(memory, tree.pids),
                sm_percent=self._shares.percent(tree.pids),
                cpu_percent=tree.cpu_percent,
                rss_bytes=tree.rss_bytes,
            )
        listed = memory is not None and not ours.isdisjoint(memory)
        self._lane_figures = {
            "lanes.memory_bytes": self._memory_figure(readings, listed=listed),
            "lanes.sm_percent": self._share_figure(readings),
        }
        return Sample(
            t=t,
            device=device,
            lanes=readings,
            others=() if memory is None else self._others.read(memory, ours),
            seconds=time.perf_counter() - began,
        )

    def source(self, t: float) -> Source:
        figures = {f"device.{name}": figure for name, figure in self._device.figures().items()}
        figures |= self._lane_figures
        figures |= lane_host_figures(cpu_known=self._lane_cpu_known)
        return Source(t=t, figures=figures, cores=self._capacity.cores)

    def close(self) -> None:
        self._device.close()

    def _memory_figure(self, readings: Mapping[Lane, LaneReading], *, listed: bool) -> Figure:
        figure = self._memory.query.figure("process", "all the process holds on the device, context included")
        if figure.state not in ("value", "idle"):
            return figure
        if any(reading.memory_bytes is not None for reading in readings.values()):
            return figure
        if listed:
            reason = "the driver lists the processes but not their memory (WSL2, vGPU)"
            return Figure(source="nvml", scope="process", state="unsupported", reason=reason)
        return Figure(
            source="nvml", scope="process", state="pending", reason="the driver lists no process of the lanes"
        )

    def _share_figure(self, readings: Mapping[Lane, LaneReading]) -> Figure:
        figure = self._shares.query.figure("process")
        if figure.state not in ("value", "idle"):
            return figure
        known = [reading.sm_percent for reading in readings.values() if reading.sm_percent is not None]
        reason = "share of the multiprocessors' busy time, sampled, mean of 8 s"
        if not known:
            return Figure(
                source="nvml", scope="process", state="pending", reason="no sample of the lanes yet"
            )
        return Figure(source="nvml", scope="process", state="value" if any(known) else "idle", reason=reason)
