"""The devices of this machine: listing them, choosing one, and opening its meter."""

from __future__ import annotations

from collections.abc import Mapping

from training.meters.device_choice import (
    ChosenDevices,
    DeviceRequestError,
    DeviceUnavailableError,
    choose_device,
    choose_devices,
    names_a_gpu,
)
from training.meters.device_listing import DeviceListing, list_devices
from training.meters.meter import Meter, MeterError
from training.plan import Lane, PlannedDevice

__all__ = [
    "ChosenDevices",
    "DeviceListing",
    "DeviceRequestError",
    "DeviceUnavailableError",
    "choose_device",
    "choose_devices",
    "list_devices",
    "names_a_gpu",
    "open_meter",
]


def open_meter(device: PlannedDevice, lane_devices: Mapping[Lane, PlannedDevice] | None = None) -> Meter:
    """Return an open meter.

    Args:
        device: what the lanes share.
        lane_devices: each lane's own MIG instance, where `device` is the GPU they are part of.

    Raises:
        MeterError: the device cannot be read.
    """
    meter = _meter(device, lane_devices or {})
    meter.open()
    return meter


def _meter(device: PlannedDevice, lane_devices: Mapping[Lane, PlannedDevice]) -> Meter:
    if device.kind == "cpu":
        from training.meters.host import HostMeter

        return HostMeter()
    if device.uuid is None:
        raise MeterError("the plan names a GPU without its UUID")
    from training.meters.nvml import NvmlMeter

    lane_uuids = {lane: own.uuid for lane, own in lane_devices.items() if own.uuid is not None}
    return NvmlMeter(device.uuid, mig_of=device.mig_of, lane_uuids=lane_uuids)
