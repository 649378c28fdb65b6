"""What NVML says of the whole device: memory, utilisation, power, heat, clocks, energy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from training.meters.capacity import Capacity, memory_used_bytes
from training.meters.nvml_library import NOT_SUPPORTED, NvmlDevice, NvmlError
from training.meters.nvml_query import Query
from training.record.device_records import DeviceReading, Figure

_MEMORY_V2 = 0x02000028
_TEMPERATURE_GPU = 0
_CLOCK_SM = 1
_CLOCK_MEMORY = 2


@dataclass(frozen=True, slots=True)
class _Memory:
    """`used_bytes` includes `reserved_bytes`, which the driver keeps: total less used is free."""

    used_bytes: int
    total_bytes: int
    reserved_bytes: int | None


class DeviceFigures:
    """Reads the figures of one device, each on its own: one that fails leaves the others alone."""

    def __init__(
        self, device: NvmlDevice, capacity: Capacity, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Read `device`; where it shares the machine's memory, `capacity` is what there is."""
        self._device = device
        self._capacity = capacity
        self._reserved_bytes: int | None = None
        self._energy_zero_j: float | None = None
        self._memory = Query([self._memory_v2, self._memory_v1], clock=clock)
        self._utilization = Query(
            [lambda: float(device.call("nvmlDeviceGetUtilizationRates").gpu)], clock=clock
        )
        self._power = Query([lambda: device.call("nvmlDeviceGetPowerUsage") / 1e3], clock=clock)
        self._temperature = Query(
            [lambda: float(device.call("nvmlDeviceGetTemperature", _TEMPERATURE_GPU))], clock=clock
        )
        self._sm_clock = Query([lambda: int(device.call("nvmlDeviceGetClockInfo", _CLOCK_SM))], clock=clock)
        self._memory_clock = Query(
            [lambda: int(device.call("nvmlDeviceGetClockInfo", _CLOCK_MEMORY))], clock=clock
        )
        self._energy = Query([lambda: device.call("nvmlDeviceGetTotalEnergyConsumption") / 1e3], clock=clock)

    def read(self) -> DeviceReading:
        """Read every figure. Raises DeviceLostError."""
        memory = self._memory.read()
        if memory is not None:
            self._reserved_bytes = memory.reserved_bytes
        used_bytes, total_bytes = (memory.used_bytes, memory.total_bytes) if memory else (None, None)
        if self._unified(total_bytes):
            used_bytes, total_bytes = memory_used_bytes(self._capacity), self._capacity.memory_bytes
        return DeviceReading(
            memory_used_bytes=used_bytes,
            memory_total_bytes=total_bytes,
            utilization_percent=_percent(self._utilization.read()),
            power_w=self._power.read(),
            temperature_c=self._temperature.read(),
            sm_clock_mhz=self._sm_clock.read(),
            memory_clock_mhz=self._memory_clock.read(),
            energy_j=self._energy_since_open(self._energy.read()),
        )

    def figures(self) -> dict[str, Figure]:
        """Return where each figure comes from, by its name in a sample's `device`."""
        reserved_bytes = self._reserved_bytes
        reserved = (
            "includes what the driver reserves"
            if reserved_bytes is None
            else f"includes {reserved_bytes / 2**20:.0f} MiB the driver reserves"
        )
        figures = {
            "memory_used_bytes": self._memory.figure("device", reserved),
            "memory_total_bytes": self._memory.figure("device"),
            "utilization_percent": self._utilization.figure(
                "device", "share of time with any kernel running, not how full the GPU was"
            ),
            "power_w": self._power.figure("device"),
            "temperature_c": self._temperature.figure("device"),
            "sm_clock_mhz": self._sm_clock.figure("device"),
            "memory_clock_mhz": self._memory_clock.figure("device"),
            "energy_j": self._energy.figure("device", "since the meter opened"),
        }
        if self._unified(None):
            reason = "unified memory: the GPU shares the machine's"
            for name in ("memory_used_bytes", "memory_total_bytes"):
                figures[name] = Figure(source="host", scope="device", reason=reason)
        return figures

    def _memory_v2(self) -> _Memory:
        version = self._device.constant("nvmlMemory_v2", _MEMORY_V2)
        memory = self._device.call("nvmlDeviceGetMemoryInfo", version)
        total_bytes, free_bytes = _some(memory.total), int(memory.free)
        return _Memory(max(0, total_bytes - free_bytes), total_bytes, int(memory.reserved))

    def _memory_v1(self) -> _Memory:
        memory = self._device.call("nvmlDeviceGetMemoryInfo")
        return _Memory(int(memory.used), _some(memory.total), None)

    def _unified(self, total_bytes: int | None) -> bool:
        """Whether the device has no memory of its own: it names none, and not for lack of permission."""
        return total_bytes is None and self._memory.state == "unsupported" and not self._memory.forbidden

    def _energy_since_open(self, energy_j: float | None) -> float | None:
        if energy_j is None:
            return None
        if self._energy_zero_j is None or energy_j < self._energy_zero_j:  # the driver was loaded again
            self._energy_zero_j = energy_j
        return energy_j - self._energy_zero_j


def _some(total: int) -> int:
    """Return the total; a device that says 0 has no memory of its own (nvml.h), which is no figure."""
    if int(total) <= 0:
        raise NvmlError("nvmlDeviceGetMemoryInfo", NOT_SUPPORTED)
    return int(total)


def _percent(value: float | None) -> float | None:
    """Return a share as told; one outside 0..100 is driver's garbage and not known."""
    return value if value is not None and 0.0 <= value <= 100.0 else None
