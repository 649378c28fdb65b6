"""One of the driver's lists of processes, of a GPU or a MIG instance, and what the lanes in it hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import psutil

from training.meters.lane_attribution import LaneAttribution, LaneMemory
from training.meters.meter import LaneProcess
from training.meters.nvml_library import NvmlDevice
from training.meters.nvml_processes import MemoryByPid, Others, ProcessMemory
from training.meters.pid_namespace import Surroundings
from training.meters.process_tree import TreeReading
from training.meters.warm_up_growth import WarmUpGrowth
from training.plan import Lane
from training.record.device_records import Figure, OtherReading

MPS_SERVER = "nvidia-cuda-mps"
"""How the names of an MPS server begin; the kernel cuts them at 15 characters."""


class ListedProcesses:
    """Follows one list from sample to sample; `read` first, then `lanes`, then what came of it."""

    def __init__(self, device: NvmlDevice, surroundings: Surroundings, *, clock: Callable[[], float]) -> None:
        """Read the list of `device`; `clock` gives seconds for the pauses after errors."""
        self._surroundings = surroundings
        self._memory = ProcessMemory(device, clock=clock)
        self._growth = WarmUpGrowth(self._means_nothing_here)
        self._others = Others()
        self.attribution = LaneAttribution(surroundings)
        self.memory: MemoryByPid | None = None
        """Memory by PID; None while the list cannot be read."""
        self.others: tuple[OtherReading, ...] = ()
        """The foreign processes."""

    @property
    def figure(self) -> Figure:
        """How reading the list goes."""
        return self._memory.query.figure("process")

    @property
    def has_mps_server(self) -> bool:
        """Whether an MPS server is among the others."""
        return any((other.name or "").startswith(MPS_SERVER) for other in self.others)

    def read(
        self,
        t: float,
        lanes: Mapping[Lane, LaneProcess],
        trees: Mapping[Lane, TreeReading],
        used_bytes: int | None,
        ours: frozenset[int],
        *,
        total_bytes: int | None = None,
    ) -> dict[Lane, LaneMemory]:
        """Read the list and return the memory of each lane. Raises DeviceLostError.

        Args:
            t: seconds since the run began.
            lanes: the lanes on this device.
            trees: their processes.
            used_bytes: the memory in use on this device; None where it is not known.
            ours: the PIDs of all lanes, on other devices, too.
            total_bytes: what the device has: a process that holds more holds what is not known.
        """
        self.memory = _believed(self._memory.read(), total_bytes)
        has_our_pids = self._surroundings.list_has_our_pids
        in_list = {lane: trees[lane].pids for lane in lanes} if has_our_pids else {}
        self._growth.take(lanes, used_bytes, self.memory, in_list)
        not_foreign = self._growth.maybe_ours | (ours if has_our_pids else frozenset())
        self.others = self._others.read(
            self.memory or {}, not_foreign, self._memory.kinds, have_our_pids=has_our_pids
        )
        return {lane: self._lane(t, lane, process, trees[lane]) for lane, process in lanes.items()}

    def _lane(self, t: float, lane: Lane, process: LaneProcess, tree: TreeReading) -> LaneMemory:
        growth = self._growth.of(lane)
        if self.memory is None:
            return self.attribution.memory_without_list(process, self.figure, growth)
        return self.attribution.memory(
            t, lane, process, tree.pids, self.memory, growth=growth, has_mps_server=self.has_mps_server
        )

    def _means_nothing_here(self, pid: int) -> bool:
        return not self._surroundings.list_has_our_pids or not psutil.pid_exists(pid)


def _believed(memory: MemoryByPid | None, total_bytes: int | None) -> MemoryByPid | None:
    if memory is None or total_bytes is None:
        return memory
    return {pid: None if (held or 0) > total_bytes else held for pid, held in memory.items()}
