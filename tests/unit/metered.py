"""A real meter over the simulated driver, whose time the test turns; the GPU's clock goes with it."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering import MeterProcess
from tests.simulated_driver.scenario import Device, Fault, Scenario
from training.meters.meter import LaneProcess
from training.plan import PlannedDevice
from training.record.device_records import DeviceReading, Figure, Sample

BEGAN_US = 1_700_000_000_000_000


class Metered:
    """One open meter of one GPU; the test's own process stands for lane a."""

    def __init__(self, folder: Path, device: Device | None = None, *, omit: Collection[str] = ()) -> None:
        self.device = device or Device()
        self.faults: tuple[Fault, ...] = ()
        self.now_s = 0.0
        self._figures: dict[str, Figure] = {}
        self.driver = SimulatedDriver(folder, self._scenario(), omit=omit)
        self._meter = MeterProcess(
            self.driver, PlannedDevice(kind="gpu", name=self.device.name, uuid=self.device.uuid)
        )

    def __enter__(self) -> Self:
        self.driver.play(self._scenario())
        self._meter.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._meter.__exit__(*raised)

    def change(self, **fields: Any) -> None:
        """Have the GPU tell something else from now on."""
        self.device = replace(self.device, **fields)

    def fail(self, *faults: Fault) -> None:
        """Have calls fail from now on, those and no others."""
        self.faults = faults

    def sample(self, after_s: float = 0.5) -> Sample:
        """Sample some time later. Raises what the meter raises."""
        self.now_s += after_s
        self.driver.play(self._scenario())
        sample, source = self._meter.sample(self.now_s, {"a": LaneProcess(os.getpid())})
        self._figures = source.figures
        return sample

    def read(self, after_s: float = 0.5) -> DeviceReading:
        """Return the device's part of a sample some time later."""
        return self.sample(after_s).device

    def figure(self, name: str) -> Figure:
        """Return where a figure of the last sample comes from."""
        return self._figures[name]

    @property
    def figures(self) -> dict[str, Figure]:
        """Where each figure of the last sample comes from."""
        return self._figures

    def calls(self, function: str) -> int:
        """Return how often the function has been called."""
        return self.driver.calls()[function]

    def _scenario(self) -> Scenario:
        return Scenario(
            devices=(self.device,), faults=self.faults, clock_us=BEGAN_US + round(self.now_s * 1e6)
        )
