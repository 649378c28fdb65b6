"""Which of the driver's figures belong to which lane, and what to say where that cannot be known.

A driver names processes by PID, and not always by ours (open-gpu-kernel-modules, per branch): up to 525 a container
sees the host's PIDs; from 535 the list of processes is translated into the caller's namespace while the memory is
still looked up by the host's PID, and comes as nothing or 0; from 565 the memory is right; from 570 the PIDs in
utilisation samples are translated too. A missing PID is never taken for 0 bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import psutil

from training.meters.meter import LaneProcess
from training.meters.nvml_processes import MemoryByPid, tree_memory_bytes
from training.meters.warm_up_growth import Growth
from training.plan import Lane
from training.record.device_records import Figure

ABSENT_FOR_S = 10.0
"""So long after its first work on the device a lane's PID may be missing from the driver's list by chance."""

NOT_SEPARABLE = "not separable here (container: run with the host's PID namespace)"
WSL2 = "WSL2: Windows' driver does not tell the memory of processes"
VGPU = "vGPU: the driver does not tell the memory of processes"
MPS_SERVER_ONLY = "under MPS the driver shows the server only"
NOT_TOLD = "the driver lists the process, but not its memory"
NOT_YET = "the driver lists no process of the lane yet"
GONE = "the driver lists the process no longer"
MPS_SHARES = "sampled share of busy time; by client it is not guaranteed under MPS"
SHARES = "share of the multiprocessors' busy time, sampled, mean of 8 s"
ON_MIG = "MIG: the driver tells no process utilisation"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the place from the outside; it decides what a missing figure is put down to."""

    is_wsl: bool = False
    is_vgpu: bool = False
    has_own_pids: bool | None = None


@dataclass(frozen=True, slots=True)
class LaneMemory:
    """A lane's device memory and where it comes from."""

    memory_bytes: int | None
    figure: Figure


@dataclass(slots=True)
class _Known:
    pid: int
    was_listed: bool = False


@dataclass(slots=True)
class LaneAttribution:
    """Follows which lanes the driver lists. One for each device whose list is read."""

    surroundings: Surroundings = Surroundings()
    pid_exists: Callable[[int], bool] = psutil.pid_exists
    _lanes: dict[Lane, _Known] = field(default_factory=dict)
    _unknown_since: dict[int, float] = field(default_factory=dict)
    _samples_are_foreign: bool = False

    def memory(
        self,
        t: float,
        lane: Lane,
        process: LaneProcess,
        pids: Collection[int],
        listed: MemoryByPid,
        *,
        growth: Growth | None,
        has_mps_server: bool = False,
    ) -> LaneMemory:
        """Return the lane's memory.

        Args:
            t: seconds since the run began.
            lane: the lane.
            process: its process.
            pids: the process and what it has started.
            listed: what the driver lists.
            growth: what the device's memory grew by while the lane alone warmed up.
            has_mps_server: whether an MPS server is among the listed.
        """
        known = self._known(lane, process.pid)
        if not listed.keys().isdisjoint(pids):
            known.was_listed = True
            # A process with a context never holds 0 bytes: that is how some drivers say that they looked in vain.
            memory_bytes = tree_memory_bytes(listed, pids) or None
            if memory_bytes is not None:
                reason = "all the process holds on the device, context included"
                return LaneMemory(memory_bytes, _figure("value", reason))
            return self._estimate(process, growth, self._why_not_told())
        if known.was_listed:
            return LaneMemory(None, _figure("idle", GONE))
        if not self.is_absent(t, lane, process):
            return LaneMemory(None, _figure("pending", NOT_YET))
        why = MPS_SERVER_ONLY if has_mps_server else NOT_SEPARABLE
        return self._estimate(process, growth, why)

    def is_absent(self, t: float, lane: Lane, process: LaneProcess) -> bool:
        """Whether the lane works on the device and the driver does not know it by our PID."""
        if self._known(lane, process.pid).was_listed or process.uses_device_since_s is None:
            return False
        return t - process.uses_device_since_s >= ABSENT_FOR_S

    def take_sampled(self, t: float, sampled: Collection[int], listed: MemoryByPid | None) -> None:
        """Take the PIDs that the newest utilisation samples name.

        Drivers from 535 on translate the list but not the samples. In a PID namespace of our own, a PID that is
        sampled again and again though it is neither listed nor there at all is such a raw one, and then none of the
        samples can be put down to a lane: a PID that looks like a lane's may be anybody's.
        """
        if not self.surroundings.has_own_pids:
            return
        foreign = {
            pid for pid in sampled if (listed is None or pid not in listed) and not self.pid_exists(pid)
        }
        self._unknown_since = {pid: self._unknown_since.get(pid, t) for pid in foreign}
        if any(t - since >= ABSENT_FOR_S for since in self._unknown_since.values()):
            self._samples_are_foreign = True

    def share_figure(
        self,
        t: float,
        lanes: Mapping[Lane, LaneProcess],
        known_percents: Collection[float],
        *,
        has_mps_server: bool,
    ) -> Figure:
        """Return what the lanes' SM shares are, where the driver tells shares of processes at all.

        Args:
            t: seconds since the run began.
            lanes: the lanes on the device.
            known_percents: the shares of those lanes that have one.
            has_mps_server: whether an MPS server is among the listed.
        """
        if self._samples_are_foreign:
            return _figure("unsupported", NOT_SEPARABLE)
        if known_percents:
            return _figure(
                "value" if any(known_percents) else "idle", MPS_SHARES if has_mps_server else SHARES
            )
        if any(self.is_absent(t, lane, process) for lane, process in lanes.items()):
            return _figure("unsupported", MPS_SERVER_ONLY if has_mps_server else NOT_SEPARABLE)
        return _figure("pending", "no sample of the lanes yet")

    @property
    def shares_are_ours(self) -> bool:
        """Whether the PIDs in utilisation samples are those we know processes by."""
        return not self._samples_are_foreign

    def _known(self, lane: Lane, pid: int) -> _Known:
        known = self._lanes.get(lane)
        if known is None or known.pid != pid:
            known = self._lanes[lane] = _Known(pid)
        return known

    def _why_not_told(self) -> str:
        if self.surroundings.is_wsl:
            return WSL2
        if self.surroundings.is_vgpu:
            return VGPU
        return f"{NOT_TOLD} (container)" if self.surroundings.has_own_pids else NOT_TOLD

    def _estimate(self, process: LaneProcess, growth: Growth | None, why: str) -> LaneMemory:
        # A lane that trains on the CPU warmed up too, but what the device grew by meanwhile is not its own.
        if growth is None or process.uses_device_since_s is None:
            return LaneMemory(None, _figure("unsupported", why))
        rough = "; rough: others came or went" if growth.is_rough else ""
        reason = f"what the device's memory grew by in the lane's warm-up{rough}; {why}"
        return LaneMemory(growth.bytes, _figure("estimate", reason))


def _figure(state: str, reason: str) -> Figure:
    return Figure(source="nvml", scope="process", state=state, reason=reason)  # type: ignore[arg-type]
