"""What every meter can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from training.plan import Lane
from training.record.device_records import Sample, Source


class MeterError(Exception):
    """A reading failed; the next may succeed."""


class DeviceLostError(MeterError):
    """The device is gone for good; the run cannot go on."""


class Meter(Protocol):
    """Reads one device. All calls come from one thread, `open` first and `close` last."""

    def open(self) -> None:
        """Take what reading needs. Raises MeterError."""

    def source(self, t: float) -> Source:
        """Where each figure comes from, as known now; the caller records it when it changes."""

    def sample(self, t: float, lanes: Mapping[Lane, int]) -> Sample:
        """Read the device and the process trees under each lane's PID. Raises MeterError, DeviceLostError."""

    def close(self) -> None:
        """Give back what `open` took."""
