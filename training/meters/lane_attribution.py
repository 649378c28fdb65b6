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
from training.meters.pid_namespace import Surroundings
from training.meters.warm_up_growth import Growth
from training.plan import Lane
from training.record.device_records import Figure, FigureState

ABSENT_FOR_S = 10.0
"""So long after its first work on the device a lane's PID may be missing from the driver's list by chance."""

NOT_SEPARABLE = "not separable here (container: run with the host's PID namespace)"
WSL2 = "WSL2: Windows' driver does not tell the memory of processes"
WSL2_SHARES = "WSL2: device only, Windows' driver tells no process utilisation"
VGPU = "vGPU: the driver does not tell the memory of processes"
VGPU_SHARES = "vGPU: device only, the driver tells no process utilisation"
MPS_SERVER_ONLY = "under MPS the driver shows the server only"
MPS_SHARES = "sampled share of busy time; by client it is not guaranteed under MPS"
NOT_TOLD = "the driver lists the process, but not its memory"
NOT_YET = "the driver lists no process of the lane yet"
GONE = "the driver lists the process no longer"
SHARES = "share of the multiprocessors' busy time, sampled, mean of 8 s"
ON_MIG = "MIG: the driver tells no process utilisation"
CONTEXT_INCLUDED = "all the process holds on the device, context included"


@dataclass(frozen=True, slots=True)
class LaneMemory:
    """A lane's device memory and where it comes from."""

    memory_bytes: int | None
    figure: Figure


@dataclass(slots=True)
class _Known:
    """Where a lane stands: not listed yet, listed once, or absent since it began to use the device."""

    pid: int
    was_listed: bool = False


@dataclass(slots=True)
class LaneAttribution:
    """Follows which lanes the driver lists. One for each device whose list is read.

    A lane is *unknown* until the driver lists one of its PIDs, then *listed* for good. Is it still unknown ten
    seconds after its first work on the device, it is *absent*: its figures cannot be told from the others' there,
    until the driver lists it after all.
    """

    surroundings: Surroundings = Surroundings()
    pid_exists: Callable[[int], bool] = psutil.pid_exists
    _lanes: dict[Lane, _Known] = field(default_factory=dict)
    _strangers_only_since_s: float | None = None
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
        if self.surroundings.list_has_our_pids and not listed.keys().isdisjoint(pids):
            known.was_listed = True
            # A process with a context never holds 0 bytes: that is how some drivers say that they looked in vain.
            memory_bytes = tree_memory_bytes(listed, pids) or None
            if memory_bytes is not None:
                return LaneMemory(memory_bytes, _figure("value", CONTEXT_INCLUDED))
            return self._estimate(process, growth, self._why_not_told())
        if known.was_listed:
            return LaneMemory(None, _figure("idle", GONE))
        if not self.is_absent(t, lane, process):
            return LaneMemory(None, _figure("pending", NOT_YET))
        return self._estimate(process, growth, self._why_absent(WSL2, VGPU, has_mps_server=has_mps_server))

    def memory_without_list(
        self, process: LaneProcess, list_figure: Figure, growth: Growth | None
    ) -> LaneMemory:
        """Return the lane's memory where the driver's list cannot be read; `list_figure` says how that went."""
        if list_figure.state != "unsupported":
            return LaneMemory(None, list_figure)
        why = list_figure.reason
        if self.surroundings.is_wsl or self.surroundings.is_vgpu:
            why = self._why_not_told()
        return self._estimate(process, growth, why)

    def is_absent(self, t: float, lane: Lane, process: LaneProcess) -> bool:
        """Whether the lane works on the device and the driver does not know it by our PID."""
        if self._known(lane, process.pid).was_listed or process.uses_device_since_s is None:
            return False
        return t - process.uses_device_since_s >= ABSENT_FOR_S

    def take_sampled(
        self,
        t: float,
        lanes: Mapping[Lane, LaneProcess],
        sampled: Collection[int],
        ours: Collection[int],
        listed: MemoryByPid | None,
    ) -> None:
        """Take the PIDs that the newest utilisation samples name.

        Which drivers name the host's PIDs is known by their version, and then no sample is put down to a lane: a
        PID that looks like a lane's may be anybody's. Where a newer driver in a container, which knows us by our
        PIDs, still names for ten seconds PIDs that are neither listed nor there at all and none of a lane, while a
        lane works on the device, its samples are not to be relied on either, until one names a lane. Beside a lane's,
        such PIDs are other containers': drivers leave those out of the list, and name them as the host does in
        samples. Is one by chance a lane's, it cannot be told apart.

        Args:
            t: seconds since the run began.
            lanes: the lanes on the device.
            sampled: the PIDs.
            ours: the PIDs of all lanes.
            listed: what the driver lists; None where it cannot be read.
        """
        if not self.surroundings.has_own_pids or not sampled:
            return
        works = any(process.uses_device_since_s is not None for process in lanes.values())
        names_us = any(pid in ours for pid in sampled)
        if names_us or not works or all(pid in (listed or ()) or self.pid_exists(pid) for pid in sampled):
            self._strangers_only_since_s, self._samples_are_foreign = None, False
            return
        if self._strangers_only_since_s is None:
            self._strangers_only_since_s = t
        self._samples_are_foreign = t - self._strangers_only_since_s >= ABSENT_FOR_S

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
        if not self.shares_are_ours:
            return _figure("unsupported", WSL2_SHARES if self.surroundings.is_wsl else NOT_SEPARABLE)
        if known_percents:
            state: FigureState = "value" if any(known_percents) else "idle"
            return _figure(state, MPS_SHARES if has_mps_server else SHARES)
        if any(self.is_absent(t, lane, process) for lane, process in lanes.items()):
            why = self._why_absent(WSL2_SHARES, VGPU_SHARES, has_mps_server=has_mps_server)
            return _figure("unsupported", why)
        return _figure("pending", "no sample of the lanes yet")

    def share_figure_without_samples(self, samples_figure: Figure) -> Figure:
        """Return what the lanes' SM shares are where no samples can be read; `samples_figure` says how that went."""
        if samples_figure.state != "unsupported":
            return samples_figure
        if self.surroundings.is_wsl:
            return _figure("unsupported", WSL2_SHARES)
        if self.surroundings.is_vgpu:
            return _figure("unsupported", VGPU_SHARES)
        return _figure("unsupported", f"device only: {samples_figure.reason}")

    @property
    def shares_are_ours(self) -> bool:
        """Whether utilisation samples name processes by the PIDs we know them by.

        On WSL2 they could only be Windows' own.
        """
        place = self.surroundings
        return place.samples_have_our_pids and not place.is_wsl and not self._samples_are_foreign

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

    def _why_absent(self, on_wsl: str, on_vgpu: str, *, has_mps_server: bool) -> str:
        if self.surroundings.is_wsl:
            return on_wsl
        if has_mps_server:
            return MPS_SERVER_ONLY
        is_vgpu = self.surroundings.is_vgpu and not self.surroundings.has_own_pids
        return on_vgpu if is_vgpu else NOT_SEPARABLE

    def _estimate(self, process: LaneProcess, growth: Growth | None, why: str) -> LaneMemory:
        # A lane that trains on the CPU warmed up too, but what the device grew by meanwhile is not its own. On WSL2
        # Windows' programs use the same memory and are never listed: what it grew by is anybody's.
        if growth is None or process.uses_device_since_s is None or self.surroundings.is_wsl:
            return LaneMemory(None, _figure("unsupported", why))
        rough = "; rough: others came, went or grew" if growth.is_rough else ""
        reason = f"what the device's memory grew by in the lane's warm-up{rough}; {why}"
        return LaneMemory(growth.bytes, _figure("estimate", reason))


def _figure(state: FigureState, reason: str) -> Figure:
    return Figure(source="nvml", scope="process", state=state, reason=reason)
