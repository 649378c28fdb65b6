"""What every meter can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from training.plan import Lane
from training.record.device_records import Sample, Source


class MeterError(Exception):
    """A reading failed; the next may succeed."""


class DeviceLostError(MeterError):
    """The device is gone for good; the run cannot go on."""


@dataclass(frozen=True, slots=True)
class LaneProcess:
    """A lane's process as the meter needs to know it.

    `is_warming`: it has the device to itself for its warm-up. `uses_device_since_s`: since when it works on the
    device, in seconds since the run began; None before that, and where its framework trains on the CPU instead.
    """

    pid: int
    is_warming: bool = False
    uses_device_since_s: float | None = None


class Meter(Protocol):
    """Reads one device. All calls come from one thread, `open` first and `close` last."""

    def open(self) -> None:
        """Take what reading needs. Raises MeterError."""

    def source(self, t: float) -> Source:
        """Where each figure comes from, as known now; the caller records it when it changes."""

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        """Read the device and each lane's process tree. Raises MeterError, DeviceLostError."""

    def close(self) -> None:
        """Give back what `open` took."""
