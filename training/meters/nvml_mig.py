"""Reading lanes that each have a MIG instance of their own, of one GPU."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import structs

from training.meters.capacity import Capacity
from training.meters.lane_attribution import ON_MIG, LaneMemory
from training.meters.meter import LaneProcess
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice
from training.meters.nvml_list import ListedProcesses
from training.meters.nvml_reading import GpuReading, Told, all_pids
from training.meters.pid_namespace import Surroundings
from training.meters.process_tree import TreeReading
from training.plan import Lane
from training.record.device_records import Figure

_MEMORY = ("memory_used_bytes", "memory_reserved_bytes", "memory_total_bytes")
_TOGETHER = "of the lanes' MIG instances together"


class LaneInstances(GpuReading):
    """Each lane on a MIG instance of its own: memory is that of the lanes' instances together."""

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
        self._listed = {
            lane: ListedProcesses(instance, surroundings, clock=clock) for lane, instance in instances.items()
        }

    def close(self) -> None:
        """Give the driver's buffers back."""
        for device in self._devices.values():
            device.close()

    def _device_figures(self) -> dict[str, Figure]:
        figures = next(iter(self._devices.values())).figures()
        for name in _MEMORY:
            parts = [device.figures()[name] for device in self._devices.values()]
            missing = [part for part in parts if part.state != "value"]
            figures[name] = missing[0] if missing else structs.replace(parts[0], reason=_TOGETHER)
        return figures

    def _read(self, t: float, lanes: Mapping[Lane, LaneProcess], trees: Mapping[Lane, TreeReading]) -> Told:
        readings = {lane: device.read() for lane, device in self._devices.items()}
        ours = all_pids(trees.values())
        memory: dict[Lane, LaneMemory] = {}
        for lane, listed in self._listed.items():
            its = {lane: lanes[lane]} if lane in lanes else {}
            reading = readings[lane]
            memory |= listed.read(
                t, its, trees, reading.memory_used_bytes, ours, total_bytes=reading.memory_total_bytes
            )
        together = {name: _sum([getattr(reading, name) for reading in readings.values()]) for name in _MEMORY}
        return Told(
            device=structs.replace(next(iter(readings.values())), **together),
            memory=memory,
            list_figure=next(iter(self._listed.values())).figure,
            share_figure=Figure(source="nvml", scope="process", state="unsupported", reason=ON_MIG),
            others=tuple(other for listed in self._listed.values() for other in listed.others),
        )


def _sum(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
