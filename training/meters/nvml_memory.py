"""A GPU's memory as a whole; where it has none of its own, the machine's."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from training.meters.capacity import Capacity, memory_used_bytes
from training.meters.nvml_library import NvmlDevice
from training.meters.nvml_query import NOT_BELIEVED, Query
from training.record.device_records import Figure

_MEMORY_V2 = 0x02000028

UNIFIED = "unified memory: the GPU shares the machine's"


@dataclass(frozen=True, slots=True)
class MemoryReading:
    """Bytes; `used_bytes` includes `reserved_bytes`, which the driver keeps: total less used is free."""

    used_bytes: int | None = None
    reserved_bytes: int | None = None
    total_bytes: int | None = None


class DeviceMemory:
    """Reads the memory of a GPU or MIG instance.

    A GPU that says 0 or NOT_SUPPORTED has no memory of its own (systems on a chip; nvml.h,
    nvmlDeviceGetMemoryInfo): then the machine's is told. One that has told of its own before has not lost it.
    """

    def __init__(
        self, device: NvmlDevice, capacity: Capacity, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read of `device`; `capacity` is what of the machine's memory there is; `clock` gives seconds."""
        self._device = device
        self._capacity = capacity
        self._query = Query([self._version_2, self._version_1], clock=clock)
        self._has_its_own = False
        self._reading = MemoryReading()
        self._total_told = True
        self.unified = False

    def read(self) -> MemoryReading:
        """Return the memory now. Raises DeviceLostError."""
        told = self._query.read()
        self._total_told = told is None or bool(told.total_bytes)
        self._has_its_own = self._has_its_own or bool(told and told.total_bytes)
        self.unified = not self._has_its_own and (self._query.not_told or not self._total_told)
        if self.unified:
            used, total = memory_used_bytes(self._capacity), self._capacity.memory_bytes
            self._reading = MemoryReading(used_bytes=used, total_bytes=total)
        elif told is None or not told.total_bytes:
            self._reading = MemoryReading()
        else:
            self._reading = MemoryReading(
                _within(told.used_bytes, told.total_bytes),
                _within(told.reserved_bytes, told.total_bytes),
                told.total_bytes,
            )
        return self._reading

    def figures(self) -> dict[str, Figure]:
        """Return where each figure comes from, by its name in a sample's `device`."""
        names = ("memory_used_bytes", "memory_reserved_bytes", "memory_total_bytes")
        if self.unified:
            figures = {name: Figure(source="host", scope="device", reason=UNIFIED) for name in names}
            return figures | {"memory_reserved_bytes": _unsupported(UNIFIED)}
        figures = dict.fromkeys(names, self._query.figure("device"))
        if self._query.state != "value":
            return figures
        figures["memory_used_bytes"] = self._query.figure("device", "includes what the driver reserves")
        if self._query.ways_left == 1:
            figures["memory_reserved_bytes"] = _unsupported(
                "this driver does not tell it apart from used memory"
            )
        for name, bytes_ in (
            ("memory_used_bytes", self._reading.used_bytes),
            ("memory_reserved_bytes", self._reading.reserved_bytes),
            ("memory_total_bytes", self._reading.total_bytes),
        ):
            if bytes_ is None and figures[name].state == "value":
                figures[name] = Figure(source="nvml", scope="device", state="pending", reason=NOT_BELIEVED)
        return figures

    def _version_2(self) -> MemoryReading:
        # its `used` leaves the reserve out, unlike the older one's: what is not free is the same in both
        version = self._device.constant("nvmlMemory_v2", _MEMORY_V2)
        memory = self._device.call("nvmlDeviceGetMemoryInfo", version)
        total_bytes = int(memory.total)
        used_bytes = total_bytes - int(memory.free)
        if int(memory.used) > total_bytes:
            used_bytes = int(memory.used)  # cannot be: then what is free beside it is not believed either
        return MemoryReading(used_bytes, int(memory.reserved), total_bytes)

    def _version_1(self) -> MemoryReading:
        memory = self._device.call("nvmlDeviceGetMemoryInfo")
        return MemoryReading(int(memory.used), None, int(memory.total))


def _within(bytes_: int | None, total_bytes: int) -> int | None:
    return bytes_ if bytes_ is not None and 0 <= bytes_ <= total_bytes else None


def _unsupported(reason: str) -> Figure:
    return Figure(source="nvml", scope="device", state="unsupported", reason=reason)
