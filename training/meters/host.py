"""The meter for a CPU run: the operating system's word on CPU time and memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from training.meters.capacity import Capacity, memory_used_bytes, read_capacity
from training.meters.machine_load import MachineLoad
from training.meters.meter import LaneProcess, MeterError
from training.meters.process_tree import LaneTrees
from training.plan import Lane
from training.record.device_records import DeviceReading, Figure, LaneReading, Sample, Source

NO_GPU = "the device is the CPU"


class HostMeter:
    """Reads the CPU as the device: memory is RSS, utilisation is CPU time.

    Percent of the device is of the capacity (what control groups and affinity allow), not of the board.
    """

    def __init__(
        self, *, capacity: Capacity | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Meter this machine; `capacity` is read in `open` when not given, `clock` gives seconds."""
        self._given = capacity
        self._clock = clock
        self._capacity: Capacity | None = None
        self._load: MachineLoad | None = None
        self._trees = LaneTrees(clock=clock)
        self._lane_cpu_known = False
        self._load_known = False

    def open(self) -> None:
        """Read the capacity and begin counting. Raises MeterError."""
        try:
            self._capacity = self._given or read_capacity()
            self._load = MachineLoad(self._capacity, clock=self._clock)
            self._load.percent()
        except OSError as error:
            raise MeterError(f"cannot read this machine's CPU and memory: {error}") from error
        self._trees = LaneTrees(clock=self._clock)

    def source(self, t: float) -> Source:
        """Where each figure comes from: all from the host, none of a GPU."""
        capacity = self._opened()
        figures = {
            "device.memory_used_bytes": Figure(
                source="host", scope="device", reason=f"of {capacity.memory_from}"
            ),
            "device.memory_total_bytes": Figure(source="host", scope="device", reason=capacity.memory_from),
            "device.utilization_percent": Figure(
                source="host",
                scope="device",
                state="value" if self._load_known else "pending",
                reason=f"CPU time, of {capacity.cores:g} cores ({capacity.cores_from})",
            ),
            "lanes.memory_bytes": Figure(
                source="host", scope="process", reason="no GPU: device memory is the process tree's RSS"
            ),
            "lanes.sm_percent": unsupported("process", "no GPU: there are no multiprocessors to share"),
            **lane_host_figures(cpu_known=self._lane_cpu_known),
        }
        for name in GPU_ONLY:
            figures[f"device.{name}"] = unsupported("device", f"no GPU: {NO_GPU}")
        return Source(t=t, figures=figures, cores=capacity.cores)

    def sample(self, t: float, lanes: Mapping[Lane, LaneProcess]) -> Sample:
        """Read the machine and the process trees under each lane's PID; a lane that has ended is left out."""
        capacity = self._opened()
        assert self._load is not None
        began = time.perf_counter()
        try:
            load = self._load.percent()
            used_bytes = memory_used_bytes(capacity)
        except OSError as error:
            raise MeterError(f"cannot read this machine's CPU and memory: {error}") from error
        self._load_known = self._load_known or load is not None
        readings: dict[Lane, LaneReading] = {}
        for lane, tree in self._trees.read({lane: process.pid for lane, process in lanes.items()}).items():
            self._lane_cpu_known = self._lane_cpu_known or tree.cpu_percent is not None
            readings[lane] = LaneReading(
                pid=tree.pid,
                memory_bytes=tree.rss_bytes,
                cpu_percent=tree.cpu_percent,
                rss_bytes=tree.rss_bytes,
            )
        return Sample(
            t=t,
            device=DeviceReading(
                memory_used_bytes=used_bytes,
                memory_total_bytes=capacity.memory_bytes,
                utilization_percent=load,
            ),
            lanes=readings,
            others=(),
            seconds=time.perf_counter() - began,
        )

    def close(self) -> None:
        """Forget the processes; nothing of the system is held."""
        self._trees = LaneTrees(clock=self._clock)
        self._load = None

    def _opened(self) -> Capacity:
        if self._capacity is None or self._load is None:
            raise MeterError("the host meter is not open")
        return self._capacity


GPU_ONLY = (
    "memory_reserved_bytes",
    "power_w",
    "temperature_c",
    "sm_clock_mhz",
    "memory_clock_mhz",
    "energy_j",
    "power_limit_w",
    "event_reasons",
    "sm_active_percent",
    "sm_occupancy_percent",
    "tensor_active_percent",
    "dram_bandwidth_percent",
)
"""Device figures only a GPU has."""


def unsupported(scope: str, reason: str) -> Figure:
    """Return a figure that is never known, and why; `scope` is "process" or "device"."""
    return Figure(
        source="host",
        scope="process" if scope == "process" else "device",
        state="unsupported",
        reason=reason,
    )


def lane_host_figures(*, cpu_known: bool) -> dict[str, Figure]:
    """Return the figures of a lane that come from the host on every device."""
    return {
        "lanes.cpu_percent": Figure(
            source="host",
            scope="process",
            state="value" if cpu_known else "pending",
            reason="CPU time of the process tree, of one core",
        ),
        "lanes.rss_bytes": Figure(
            source="host", scope="process", reason="RSS added over the process tree; shared pages count twice"
        ),
    }
