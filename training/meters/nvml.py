"""The meter for an NVIDIA GPU, read through NVML."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from training.meters.capacity import Capacity, read_capacity
from training.meters.meter import DeviceLostError, LaneProcess, MeterError
from training.meters.nvml_library import NvmlDevice, NvmlError, NvmlLibrary
from training.meters.nvml_mig import LaneInstances
from training.meters.nvml_reading import GpuReading
from training.meters.nvml_whole import WholeGpu
from training.meters.pid_namespace import Surroundings, has_own_pids, is_wsl
from training.plan import Lane
from training.record.device_records import Sample, Source

_VGPU = 2
"""NVML_GPU_VIRTUALIZATION_MODE_VGPU of nvml.h."""


class NvmlMeter:
    """Reads one GPU or MIG instance by UUID, and the lanes' CPU time and RSS from the host.

    NVML's state does not survive a fork: open it in the process and thread that samples.
    """

    def __init__(
        self,
        uuid: str,
        *,
        mig_of: str | None = None,
        lane_uuids: Mapping[Lane, str] | None = None,
        binding: Any = None,
        capacity: Capacity | None = None,
        clock: Callable[[], float] = time.monotonic,
        surroundings: Surroundings | None = None,
    ) -> None:
        """Meter the device `uuid`.

        Args:
            uuid: of a GPU or a MIG instance.
            mig_of: the GPU that the MIG instance `uuid` is part of.
            lane_uuids: each lane's own MIG instance, where `uuid` is the GPU they are part of.
            binding: a module like pynvml, imported in `open` when not given.
            capacity: what there is of the machine; read when not given.
            clock: gives seconds.
            surroundings: the place as seen from outside; looked at when not given. The driver tells its version
                in any case.
        """
        self._uuid = uuid
        self._mig_of = mig_of
        self._lane_uuids = dict(lane_uuids or {})
        self._library = NvmlLibrary(binding, clock=clock)
        self._given_capacity = capacity
        self._clock = clock
        self._given_surroundings = surroundings
        self._reading: GpuReading | None = None

    def open(self) -> None:
        """Start NVML and find the device. Raises MeterError; DeviceLostError when it is lost already."""
        self._library.start()
        try:
            self._reading = self._open_reading()
        except DeviceLostError:
            self._library.stop()
            raise
        except NvmlError as error:
            self._library.stop()
            raise MeterError(f"cannot read GPU {self._uuid}: {error}") from error

    def source(self, t: float) -> Source:
        """Where each figure comes from, as known now."""
        return self._opened().source(t)

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        """Read the GPU and the lanes. Raises DeviceLostError; what cannot be read is None, never 0."""
        return self._opened().sample(t, lanes)

    def close(self) -> None:
        """Give NVML back."""
        if self._reading is not None:
            self._reading.close()
        self._reading = None
        self._library.stop()

    def _open_reading(self) -> GpuReading:
        capacity = self._given_capacity or read_capacity()
        device = NvmlDevice(self._library, self._uuid)
        parent = NvmlDevice(self._library, self._mig_of) if self._mig_of else None
        surroundings = replace(
            self._given_surroundings or self._look_around(parent or device),
            driver_version=self._driver_version(),
        )
        if self._lane_uuids:
            instances = {lane: NvmlDevice(self._library, uuid) for lane, uuid in self._lane_uuids.items()}
            return LaneInstances(device, instances, capacity, surroundings, clock=self._clock)
        return WholeGpu(device, parent, capacity, surroundings, clock=self._clock)

    def _look_around(self, gpu: NvmlDevice) -> Surroundings:
        try:
            is_vgpu = int(gpu.call("nvmlDeviceGetVirtualizationMode")) == _VGPU
        except NvmlError:
            is_vgpu = False
        return Surroundings(is_wsl=is_wsl(), is_vgpu=is_vgpu, has_own_pids=has_own_pids())

    def _driver_version(self) -> str | None:
        try:
            return str(self._library.call("nvmlSystemGetDriverVersion"))
        except NvmlError:
            return None

    def _opened(self) -> GpuReading:
        if self._reading is None:
            raise MeterError("the NVML meter is not open")
        return self._reading
