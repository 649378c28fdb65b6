"""What the GPU's own performance monitoring (GPM) tells: how full the multiprocessors and the memory bus were.

Hopper and newer count continuously; a figure is the mean between two readings of the counters, which must lie
at least 100 ms apart (nvml.h, nvmlGpmSampleGet). It is of the whole device or of one MIG instance, never of a
process. A driver may begin to refuse it to an unprivileged container; it is never asked again then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from training.meters.meter import DeviceLostError, MeterError
from training.meters.nvml_library import (
    NOT_SUPPORTED,
    UNINITIALIZED,
    NvmlDevice,
    NvmlError,
    meaning,
    sentence,
)
from training.meters.nvml_query import NOT_BELIEVED, Query
from training.record.device_records import Figure, FigureState

_METRICS = {
    "sm_active_percent": 2,
    "sm_occupancy_percent": 3,
    "tensor_active_percent": 5,
    "dram_bandwidth_percent": 10,
}
"""NVML's number of each (nvmlGpmMetricId_t): SM_UTIL, SM_OCCUPANCY, ANY_TENSOR_UTIL, DRAM_BW_UTIL."""

GPM_FIGURES = tuple(_METRICS)
"""The names of GPM's figures in a sample's `device`."""

_WHAT = {
    "sm_active_percent": "share of the multiprocessors that were busy",
    "sm_occupancy_percent": "active warps, of what the multiprocessors can hold",
    "tensor_active_percent": "share of the time the tensor cores worked",
    "dram_bandwidth_percent": "of the memory's bandwidth",
}

_LEAST_APART_S = 0.1
_ROUNDING_PERCENT = 1.0
"""How far above 100 a figure may be for rounding; it is then 100."""


class GpmReading(Struct, frozen=True):
    """Means since the reading before; None is not known."""

    sm_active_percent: float | None = None
    sm_occupancy_percent: float | None = None
    tensor_active_percent: float | None = None
    dram_bandwidth_percent: float | None = None


class GpmFigures:
    """Reads GPM of a device, keeping the counters of the reading before."""

    def __init__(
        self,
        device: NvmlDevice,
        *,
        gpu_instance_id: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read of the GPU `device` as a whole, or of its MIG instance `gpu_instance_id`; `clock` gives seconds."""
        self._device = device
        self._gpu_instance_id = gpu_instance_id
        self._clock = clock
        self._query = Query([self._ask], clock=clock)
        self._supported = False
        self._generation = device.generation
        self._counters: list[Any] = []
        """The driver's two buffers, the one with the older counters first."""
        self._taken_at: float | None = None
        self._request: Any = None
        self._reading = GpmReading()
        self._missing: dict[str, Figure] = {}

    def read(self) -> GpmReading:
        """Return the figures since the reading before. Raises DeviceLostError."""
        reading = self._query.read()
        if self._query.state == "unsupported" and self._counters:
            self.close()
        return reading or GpmReading()

    def figures(self) -> dict[str, Figure]:
        """Return where each figure comes from, by its name in a sample's `device`."""
        return {name: self._figure(name) for name in _METRICS}

    @property
    def not_told(self) -> bool:
        """Whether this GPU or its driver has no GPM."""
        return self._query.not_told

    def close(self) -> None:
        """Give the driver's buffers back; never raises."""
        counters, self._counters, self._taken_at = self._counters, [], None
        if self._generation != self._device.library.generation:
            return  # they went with the library that was started before this one
        for buffer in counters:
            try:
                self._device.library.call("nvmlGpmSampleFree", buffer)
            except MeterError:
                pass  # closing goes on

    def _ask(self) -> GpmReading:
        if not self._supported:
            if not self._device.call("nvmlGpmQueryDeviceSupport").isSupportedDevice:
                raise NvmlError("nvmlGpmQueryDeviceSupport", NOT_SUPPORTED)
            self._supported = True
        now = self._clock()
        if self._taken_at is not None and 0.0 <= now - self._taken_at < _LEAST_APART_S:
            return self._reading
        self._take_counters()
        before, self._taken_at = self._taken_at, now
        self._reading, self._missing = GpmReading(), {}
        if before is None or before > now:
            first = _figure("pending", "GPM tells of the time between two readings: this was the first")
            self._missing = dict.fromkeys(_METRICS, first)
        else:
            self._reading = self._compare()
        return self._reading

    def _take_counters(self) -> None:
        library = self._device.library
        for _ in range(2):
            if self._generation != library.generation:
                self._counters, self._taken_at, self._generation = [], None, library.generation
            while len(self._counters) < 2:
                self._counters.append(library.call_started(lambda: library.call("nvmlGpmSampleAlloc")))
            if self._gpu_instance_id is None:
                self._device.call("nvmlGpmSampleGet", self._counters[0])
            else:
                self._device.call("nvmlGpmMigSampleGet", self._gpu_instance_id, self._counters[0])
            if self._generation == library.generation:
                self._counters.reverse()
                return
        raise NvmlError("nvmlGpmSampleGet", UNINITIALIZED)  # started anew again and again

    def _compare(self) -> GpmReading:
        library = self._device.library
        if self._request is None:
            self._request = library.struct("c_nvmlGpmMetricsGet_t")
            self._request.version = library.constant("NVML_GPM_METRICS_GET_VERSION", 1)
            self._request.numMetrics = len(_METRICS)
            for place, number in enumerate(_METRICS.values()):
                self._request.metrics[place].metricId = number
        self._request.sample1, self._request.sample2 = self._counters
        library.call("nvmlGpmMetricsGet", self._request)
        return GpmReading(**{name: self._metric(place, name) for place, name in enumerate(_METRICS)})

    def _metric(self, place: int, name: str) -> float | None:
        metric = self._request.metrics[place]
        code, percent = int(metric.nvmlReturn), float(metric.value)
        asks_for = "value" if code == 0 else meaning(code)
        if asks_for == "lost":
            raise DeviceLostError(sentence(code))
        if asks_for == "no permission":
            raise NvmlError("nvmlGpmMetricsGet", code)
        if asks_for == "unsupported":
            self._missing[name] = _figure("unsupported", sentence(code))
        elif asks_for != "value":
            self._missing[name] = _figure("pending", sentence(code))
        elif not 0.0 <= percent <= 100.0 + _ROUNDING_PERCENT:  # so is NaN
            self._missing[name] = _figure("pending", NOT_BELIEVED)
        else:
            return min(100.0, percent)
        return None

    def _figure(self, name: str) -> Figure:
        if self._query.not_told:
            return _figure("unsupported", "GPM needs a Hopper GPU or newer, and a driver that knows it")
        if self._query.state == "value" and name in self._missing:
            return self._missing[name]
        whose = "whole device" if self._gpu_instance_id is None else "this MIG instance"
        return self._query.figure("device", f"{whose} (GPM): {_WHAT[name]}")


def _figure(state: FigureState, reason: str) -> Figure:
    return Figure(source="nvml", scope="device", state=state, reason=reason)
