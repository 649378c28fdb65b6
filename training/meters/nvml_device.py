"""What NVML says of the whole device: memory, utilisation, power, heat, clocks, energy, and what holds it back."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from training.meters.capacity import Capacity
from training.meters.nvml_event_reasons import EVENT_REASONS_CALLS, event_reasons
from training.meters.nvml_gpm import GPM_FIGURES, GpmFigures, GpmReading
from training.meters.nvml_library import NvmlDevice
from training.meters.nvml_memory import DeviceMemory
from training.meters.nvml_query import FORBIDDEN, Query
from training.record.device_records import DeviceReading, EventReason, Figure

_TEMPERATURE_GPU = 0
_CLOCK_SM = 1
_CLOCK_MEMORY = 2
_VIRTUALIZATION_VGPU = 2
_POWER_LIMIT_EVERY_S = 60.0
"""An administrator may change the limit at any time, but hardly ever does."""

_FOR_GOOD_S = float("inf")

_MOST_POWER_W = 20_000.0
_MOST_TEMPERATURE_C = 150.0
"""No GPU draws or survives more, by far: such figures are a driver's garbage."""

_BLANK_32 = 0x7FFFFFF0
_BLANK_64 = 0x7FFFFFFFFFFFFFF0
"""From here on up a figure stands for "not known": NVIDIA's tools fill such ones in, and so do drivers."""

_NOTES = {
    "utilization_percent": "share of time with any kernel running, not how full the GPU was",
    "power_w": "mean of the last second on most newer GPUs, else of the moment",
    "energy_j": "since the meter opened",
    "power_limit_w": "asked once a minute",
}


class DeviceFigures:
    """Reads the figures of one device, each on its own: one that fails leaves the others alone.

    The device may be a MIG instance: then power, heat, clocks and energy are those of the whole GPU it is part
    of, `parent`, and say so.
    """

    def __init__(
        self,
        device: NvmlDevice,
        capacity: Capacity,
        *,
        clock: Callable[[], float] = time.monotonic,
        parent: NvmlDevice | None = None,
        gpu_instance_id: int | None = None,
        gpm: bool = True,
    ) -> None:
        """Read `device`.

        Args:
            device: a GPU or a MIG instance.
            capacity: what there is of the machine's memory, for a GPU that shares it.
            clock: gives seconds.
            parent: the GPU that the MIG instance `device` is part of; None for a GPU.
            gpu_instance_id: the instance's number on the parent; without it GPM is not asked for an instance.
            gpm: whether to ask for GPM, which needs two readings to tell anything.
        """
        self._whole = parent or device
        self._is_mig_instance = parent is not None
        self._clock = clock
        self._memory = DeviceMemory(device, capacity, clock=clock)
        self._gpm: GpmFigures | None = None
        if gpm and (parent is None or gpu_instance_id is not None):
            self._gpm = GpmFigures(self._whole, gpu_instance_id=gpu_instance_id, clock=clock)
        self._utilization = Query(
            [lambda: float(device.call("nvmlDeviceGetUtilizationRates").gpu)],
            believed=lambda percent: percent <= 100.0,
            clock=clock,
        )
        self._numbers = {
            "power_w": self._number([("nvmlDeviceGetPowerUsage",)], per=1e3, most=_MOST_POWER_W),
            "temperature_c": self._number(
                [
                    ("nvmlDeviceGetTemperature", _TEMPERATURE_GPU),
                    ("nvmlDeviceGetTemperatureV", _TEMPERATURE_GPU),
                ],
                most=_MOST_TEMPERATURE_C,
            ),
            "sm_clock_mhz": self._number([("nvmlDeviceGetClockInfo", _CLOCK_SM)]),
            "memory_clock_mhz": self._number([("nvmlDeviceGetClockInfo", _CLOCK_MEMORY)]),
            "energy_j": self._number([("nvmlDeviceGetTotalEnergyConsumption",)], per=1e3, blank=_BLANK_64),
            "power_limit_w": self._number(
                [("nvmlDeviceGetEnforcedPowerLimit",), ("nvmlDeviceGetPowerManagementLimit",)],
                per=1e3,
                every_s=_POWER_LIMIT_EVERY_S,
            ),
            "event_reasons": self._number([(call,) for call in EVENT_REASONS_CALLS], blank=_BLANK_64),
        }
        self._energy = _EnergyCount()
        self._virtualization = self._number([("nvmlDeviceGetVirtualizationMode",)], every_s=_FOR_GOOD_S)
        self._mig_mode = Query(
            [lambda: int(self._whole.call("nvmlDeviceGetMigMode")[0])], every_s=_FOR_GOOD_S, clock=clock
        )

    def read(self) -> DeviceReading:
        """Read every figure. Raises DeviceLostError."""
        memory = self._memory.read()
        told = {name: query.read() for name, query in self._numbers.items()}
        gpm = self._gpm.read() if self._gpm else GpmReading()
        reading = DeviceReading(
            memory_used_bytes=memory.used_bytes,
            memory_reserved_bytes=memory.reserved_bytes,
            memory_total_bytes=memory.total_bytes,
            utilization_percent=None if self._is_mig_instance else self._utilization.read(),
            power_w=told["power_w"],
            temperature_c=told["temperature_c"],
            sm_clock_mhz=_whole(told["sm_clock_mhz"]),
            memory_clock_mhz=_whole(told["memory_clock_mhz"]),
            energy_j=self._energy.since_open_j(told["energy_j"]),
            power_limit_w=told["power_limit_w"],
            event_reasons=_reasons(told["event_reasons"]),
            sm_active_percent=gpm.sm_active_percent,
            sm_occupancy_percent=gpm.sm_occupancy_percent,
            tensor_active_percent=gpm.tensor_active_percent,
            dram_bandwidth_percent=gpm.dram_bandwidth_percent,
        )
        self._learn_why()
        return reading

    def figures(self) -> dict[str, Figure]:
        """Return where each figure comes from, by its name in a sample's `device`."""
        figures = self._memory.figures()
        figures["utilization_percent"] = self._utilization_figure()
        for name, query in self._numbers.items():
            note = _NOTES.get(name, "")
            if self._is_mig_instance:
                note = f"of the whole GPU; {note}" if note else "of the whole GPU"
            figures[name] = self._explained(query.figure("device", note))
        if self._gpm is not None:
            for name, figure in self._gpm.figures().items():
                figures[name] = self._explained(figure) if self._gpm.not_told else figure
        else:
            figures |= dict.fromkeys(GPM_FIGURES, _unsupported("GPM is not asked for this device"))
        return figures

    @property
    def has_memory_of_its_own(self) -> bool:
        """Whether the memory in the last reading is the device's; else it is the machine's, whoever uses that."""
        return not self._memory.unified

    def close(self) -> None:
        """Give the driver's buffers back; never raises."""
        if self._gpm is not None:
            self._gpm.close()

    def _number(
        self,
        ways: Sequence[tuple[Any, ...]],
        *,
        per: float = 1.0,
        blank: int = _BLANK_32,
        most: float = float("inf"),
        every_s: float = 0.0,
    ) -> Query[float]:
        """Return the query of a number: each way is a call with its arguments; `per` is its parts of a unit."""
        return Query(
            [partial(self._ask, *way, per=per) for way in ways],
            believed=lambda number: 0 <= number < blank / per and number <= most,
            every_s=every_s,
            clock=self._clock,
        )

    def _ask(self, call: str, *arguments: Any, per: float) -> float:
        number: int = self._whole.call(call, *arguments)
        return number if per == 1.0 else number / per  # a bit mask stays whole

    def _learn_why(self) -> None:
        """Ask once what could explain figures that are never told."""
        if not self._is_mig_instance and self._utilization.not_told:
            self._mig_mode.read()
        if self._utilization.not_told or any(query.not_told for query in self._numbers.values()):
            self._virtualization.read()

    def _utilization_figure(self) -> Figure:
        if self._is_mig_instance or (self._utilization.not_told and self._mig_mode.latest == 1):
            return _unsupported("the driver tells no utilisation on MIG")
        return self._explained(self._utilization.figure("device", _NOTES["utilization_percent"]))

    def _explained(self, figure: Figure) -> Figure:
        is_vgpu = self._virtualization.latest == _VIRTUALIZATION_VGPU
        if is_vgpu and figure.state == "unsupported" and figure.reason != FORBIDDEN:
            return _unsupported("not told on a vGPU: only the machine below this virtual one knows it")
        return figure


class _EnergyCount:
    """Energy since the first reading; where the driver's count starts anew, what was counted stays."""

    def __init__(self) -> None:
        self._total_j = 0.0
        self._last_j: float | None = None

    def since_open_j(self, told_j: float | None) -> float | None:
        """Return the joules since the first count that was told; None where none is told now."""
        if told_j is None:
            return None
        if self._last_j is not None:
            self._total_j += max(0.0, told_j - self._last_j)
        self._last_j = told_j
        return self._total_j


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _reasons(mask: float | None) -> tuple[EventReason, ...] | None:
    return None if mask is None else event_reasons(int(mask))


def _unsupported(reason: str) -> Figure:
    return Figure(source="nvml", scope="device", state="unsupported", reason=reason)
