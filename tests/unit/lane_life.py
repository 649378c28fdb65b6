"""Two lanes on a simulated device, from before their warm-ups to well after: how the tests of attribution pass time."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.metering import MeterProcess
from tests.simulated_driver.scenario import GIB, UUID, Device, Fault, Process, Scenario
from training.meters.meter import LaneProcess
from training.meters.pid_namespace import Surroundings
from training.plan import Lane, PlannedDevice
from training.record.device_records import Figure, Sample, Source

GPU = PlannedDevice(kind="gpu", name="GPU", uuid=UUID)
HOST = Surroundings(has_own_pids=False)
CONTAINER = Surroundings(has_own_pids=True)
HOST_PIDS: dict[Lane, int] = {"a": 4_100_001, "b": 4_100_002}
"""What the lanes are called outside the container: PIDs that do not exist here."""
HELD: dict[Lane, int] = {"a": 3 * GIB, "b": 5 * GIB}
SHARES: dict[Lane, int] = {"a": 40, "b": 20}
IDLE = Device(memory_used_bytes=0, memory_reserved_bytes=0)
_BEGAN_US = 1_700_000_000_000_000


@contextmanager
def sleepers(*names: str) -> Iterator[list[int]]:
    """Real processes that do nothing, as many as given; each by the path of a `sleep`."""
    processes = [subprocess.Popen([name, "600"]) for name in names]
    try:
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()


class Life:
    """A meter of a device on which time passes."""

    def __init__(
        self,
        folder: Path,
        pids: Mapping[Lane, int],
        *,
        surroundings: Surroundings = HOST,
        device: PlannedDevice = GPU,
        lane_devices: Mapping[Lane, PlannedDevice] | None = None,
        driver_version: str = "580.65.06",
        first: Device = IDLE,
    ) -> None:
        """Prepare; `first` is what the driver tells when the meter opens."""
        self.now_s = 0.0
        self.pids = dict(pids)
        self.faults: tuple[Fault, ...] = ()
        self.figures: Mapping[str, Figure] = {}
        self._version = driver_version
        self._since: dict[Lane, float] = {}
        self.driver = SimulatedDriver(folder / "driver", self._scenario(first))
        self._meter = MeterProcess(self.driver, device, lane_devices, surroundings)

    def __enter__(self) -> Life:
        self._meter.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._meter.__exit__(None, None, None)

    def play(self, device: Device, seconds: float, *, warming: Lane | None = None) -> Sample:
        """Let time pass on this device, two samples a second; returns the last."""
        for _ in range(int(seconds * 2)):
            self.now_s += 0.5
            self.driver.play(self._scenario(device))
            lanes = {
                lane: LaneProcess(pid, lane == warming, self._since.get(lane))
                for lane, pid in self.pids.items()
            }
            sample, source = self._meter.sample(self.now_s, lanes)
        self._source = source
        self.figures = source.figures
        return sample

    @property
    def source(self) -> Source:
        """Where the figures of the last sample come from."""
        return self._source

    def works(self, lane: Lane) -> None:
        """From now on the lane uses the device."""
        self._since[lane] = self.now_s

    def through_warm_ups(self, with_a: Device, with_both: Device, before: Device = IDLE) -> None:
        """Each lane warms up alone: first `a` shows on the device, then both do."""
        self.play(before, 1)
        self.works("a")
        self.play(with_a, 2, warming="a")
        self.works("b")
        self.play(with_both, 2, warming="b")

    def memory(self, sample: Sample) -> list[int | None]:
        """The lanes' memory, `a` first."""
        return [reading.memory_bytes for _, reading in sorted(sample.lanes.items())]

    def shares(self, sample: Sample) -> list[float | None]:
        """The lanes' SM shares, `a` first."""
        return [reading.sm_percent for _, reading in sorted(sample.lanes.items())]

    def figure(self, name: str) -> tuple[str, str]:
        """State and reason of a figure of the last sample."""
        figure = self.figures[name]
        return figure.state, figure.reason

    def _scenario(self, device: Device) -> Scenario:
        return Scenario(
            devices=(device,),
            faults=self.faults,
            driver_version=self._version,
            clock_us=_BEGAN_US + int(self.now_s * 1e6),
        )


def with_lanes(
    listed: Mapping[Lane, int],
    *,
    sampled: Mapping[Lane, int] | None = None,
    memory: Callable[[Lane], int | None] = HELD.__getitem__,
    device: Device = IDLE,
) -> Device:
    """The device while these lanes work on it.

    Args:
        listed: the lanes' PIDs in the driver's list.
        sampled: their PIDs in its samples; as listed when not given.
        memory: what the driver tells of a lane's memory.
        device: what else is there.
    """
    names = listed if sampled is None else sampled
    return replace(
        device,
        processes=device.processes + tuple(Process(pid, memory(lane)) for lane, pid in listed.items()),
        busy=device.busy | {names[lane]: SHARES[lane] for lane in listed},
        gpu_percent=70,
        memory_used_bytes=device.memory_used_bytes + sum(HELD[lane] for lane in listed),
    )
