"""An NVML meter over the stand-in binding, with a clock the test turns."""

from __future__ import annotations

import os

from tests.unit.fake_nvml import UUID, FakeGpu, FakeNvml
from training.meters.meter import LaneProcess
from training.meters.nvml import NvmlMeter
from training.plan import Lane
from training.record.device_records import Figure, Sample


class Bench:
    """An open meter over one GPU, with a clock the test turns; this process stands for lane a."""

    def __init__(self) -> None:
        self.now = 0.0
        self.gpu = FakeGpu()
        self.nvml = FakeNvml(self.gpu)
        self.meter = NvmlMeter(UUID, binding=self.nvml, clock=lambda: self.now)
        self.pid = os.getpid()

    def sample(self, after_s: float = 0.5, lanes: dict[Lane, int] | None = None) -> Sample:
        self.now += after_s
        processes = {lane: LaneProcess(pid) for lane, pid in (lanes or {"a": self.pid}).items()}
        return self.meter.sample(self.now, processes)

    def figure(self, name: str) -> Figure:
        return self.meter.source(self.now).figures[name]
