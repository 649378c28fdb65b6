"""Reading lanes that share one device: a GPU, or one MIG instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.meters.capacity import Capacity
from training.meters.lane_attribution import ON_MIG
from training.meters.meter import LaneProcess
from training.meters.nvml_device import DeviceFigures
from training.meters.nvml_library import NvmlDevice, NvmlError
from training.meters.nvml_list import ListedProcesses
from training.meters.nvml_processes import ProcessShares
from training.meters.nvml_reading import GpuReading, Told, all_pids
from training.meters.pid_namespace import Surroundings
from training.meters.process_tree import TreeReading
from training.plan import Lane
from training.record.device_records import Figure


class WholeGpu(GpuReading):
    """Both lanes on one GPU, or on one MIG instance."""

    def __init__(
        self,
        device: NvmlDevice,
        parent: NvmlDevice | None,
        capacity: Capacity,
        surroundings: Surroundings,
        *,
        clock: Callable[[], float],
    ) -> None:
        """Read `device`; `parent` is the GPU where it is a MIG instance."""
        super().__init__(capacity, clock)
        instance_id = _gpu_instance_id(device) if parent is not None else None
        self._device = DeviceFigures(
            device, capacity, clock=clock, parent=parent, gpu_instance_id=instance_id
        )
        self._listed = ListedProcesses(device, surroundings, clock=clock)
        self._shares = None if parent is not None else ProcessShares(device, clock=clock)

    def close(self) -> None:
        """Give the driver's buffers back."""
        self._device.close()

    def _device_figures(self) -> dict[str, Figure]:
        return self._device.figures()

    def _read(self, t: float, lanes: Mapping[Lane, LaneProcess], trees: Mapping[Lane, TreeReading]) -> Told:
        device = self._device.read()
        used_bytes = device.memory_used_bytes if self._device.has_memory_of_its_own else None
        told = Told(
            device=device,
            memory=self._listed.read(
                t, lanes, trees, used_bytes, all_pids(trees.values()), total_bytes=device.memory_total_bytes
            ),
            list_figure=self._listed.figure,
            share_figure=Figure(source="nvml", scope="process", state="unsupported", reason=ON_MIG),
            others=self._listed.others,
        )
        if self._shares is not None:
            self._take_shares(t, told, self._shares, lanes, trees)
        return told

    def _take_shares(
        self,
        t: float,
        told: Told,
        shares: ProcessShares,
        lanes: Mapping[Lane, LaneProcess],
        trees: Mapping[Lane, TreeReading],
    ) -> None:
        owners = {pid: tree.pid for tree in trees.values() for pid in tree.pids}
        shares.poll(busy_percent=told.device.utilization_percent, owners=owners)
        attribution = self._listed.attribution
        if not shares.told:
            told.share_figure = attribution.share_figure_without_samples(shares.figure)
            return
        attribution.take_sampled(t, lanes, shares.newest_pids, owners, self._listed.memory)
        if attribution.shares_are_ours:
            told.percents = {lane: shares.percent(tree.pid) for lane, tree in trees.items()}
            told.others_percent = shares.others_percent
            told.age_s = shares.age_s
        known = [percent for percent in told.percents.values() if percent is not None]
        told.share_figure = attribution.share_figure(
            t, lanes, known, has_mps_server=self._listed.has_mps_server
        )


def _gpu_instance_id(instance: NvmlDevice) -> int | None:
    try:
        return int(instance.call("nvmlDeviceGetGpuInstanceId"))
    except NvmlError:
        return None
