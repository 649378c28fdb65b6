"""What NVML says of single processes: their device memory, and their share of the multiprocessors' time."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import psutil
from msgspec import structs

from training.meters.nvml_library import NvmlDevice
from training.meters.nvml_query import Query
from training.meters.sm_share import Owners, SmShares, UtilizationSample
from training.record.device_records import Figure, OtherReading, ProcessKind

_LISTS = ("Compute", "Graphics", "MPSCompute")
_KINDS: dict[str, ProcessKind] = {"Compute": "compute", "Graphics": "graphics", "MPSCompute": "mps"}
_LEGACY_EMPTY_S = 5.0
"""How long the older call may return nothing on a busy GPU before the newer is tried (HAMi-core PR #218)."""

_BUSY_PERCENT = 5.0

_SILENT_S = 3.0
"""After how long without new samples the shares of a busy GPU are no longer told: they would sink towards 0."""

SILENT = "the GPU is busy, but the driver has no new samples of its processes"

_LOOKED_AT_AT_ONCE = 8
"""Of how many foreign processes one sample looks whether they are still the same."""

MemoryByPid = dict[int, int | None]
"""Device memory of each listed process in bytes; None where the driver lists it without telling."""


class ProcessMemory:
    """Device memory by process: the union of the compute, graphics and MPS lists.

    A process may stand in several lists with the same figure, so the lists are not added up; several MIG
    instances of one process are.
    """

    def __init__(self, device: NvmlDevice, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Read from `device`; `clock` gives seconds for the pauses after errors."""
        self._lists = {
            kind: Query(
                [
                    partial(device.call, f"nvmlDeviceGet{kind}RunningProcesses_{version}")
                    for version in ("v3", "v2")
                ],
                clock=clock,
            )
            for kind in _LISTS
        }
        self.kinds: dict[int, ProcessKind] = {}
        """In which list each process of the last reading stands; the first of compute, graphics, MPS."""

    @property
    def query(self) -> Query[Any]:
        """How reading the list of compute processes goes, the one that every training is in."""
        return self._lists["Compute"]

    def read(self) -> MemoryByPid | None:
        """Return every listed process; None while the compute list cannot be read. Raises DeviceLostError."""
        instances: dict[tuple[int, int, int], int | None] = {}
        self.kinds = {}
        for kind, query in self._lists.items():
            for process in query.read() or ():
                self.kinds.setdefault(int(process.pid), _KINDS[kind])
                key = (
                    int(process.pid),
                    int(getattr(process, "gpuInstanceId", 0) or 0),
                    int(getattr(process, "computeInstanceId", 0) or 0),
                )
                told = process.usedGpuMemory
                known = instances.get(key)
                bytes_ = known if told is None else int(told) if known is None else max(known, int(told))
                instances[key] = bytes_
        if self.query.state not in ("value", "idle"):
            return None  # the other lists alone would make every training look ended
        memory: MemoryByPid = {}
        for (pid, _, _), bytes_ in instances.items():
            memory[pid] = bytes_ if pid not in memory else _sum((memory[pid], bytes_))
        return memory


def tree_memory_bytes(memory: MemoryByPid, pids: Collection[int]) -> int | None:
    """Return the device memory of a tree; None when none of it is listed, or a part of it is not told."""
    return _sum(memory[pid] for pid in pids if pid in memory)


def _sum(parts: Iterable[int | None]) -> int | None:
    total: int | None = None
    for part in parts:
        if part is None:
            return None
        total = part + (total or 0)
    return total


class ProcessShares:
    """The share of the multiprocessors' time of each lane, smoothed; see `SmShares`."""

    def __init__(self, device: NvmlDevice, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Poll `device`; `clock` gives seconds."""
        self._device = device
        self._clock = clock
        self._shares = SmShares()
        self._ways = [
            lambda: self._ask("nvmlDeviceGetProcessUtilization"),
            lambda: self._ask("nvmlDeviceGetProcessesUtilizationInfo"),
        ]
        self._query = Query(self._ways, clock=clock)
        self._empty_since: float | None = None
        self._newer_tried = False

    def poll(self, *, busy_percent: float | None, owners: Owners) -> None:
        """Take the new samples. Raises DeviceLostError.

        Args:
            busy_percent: how busy the device is.
            owners: whose each of our processes is, now.
        """
        now = self._clock()
        samples = self._query.read() or []
        if self._query.state not in ("value", "idle"):
            return  # not asked, or not answered: that is no sign of an idle GPU
        is_new = self._shares.add(samples, now, owners)
        if is_new or (busy_percent or 0.0) < _BUSY_PERCENT:
            self._empty_since = None
            return
        if self._empty_since is None or now < self._empty_since:
            self._empty_since = now
        if not samples and not self._newer_tried and now - self._empty_since >= _LEGACY_EMPTY_S:
            # Some drivers answer the older call with nothing though the GPU is busy: the newer stays if it
            # can.
            self._newer_tried = True
            self._query = Query(self._ways[::-1], clock=self._clock)

    @property
    def told(self) -> bool:
        """Whether shares are known: the driver answers, and has new samples whenever the GPU is busy."""
        return self._query.state in ("value", "idle") and not self._is_silent

    @property
    def figure(self) -> Figure:
        """How reading the samples goes."""
        figure = self._query.figure("process")
        if self._is_silent and figure.state in ("value", "idle"):
            return structs.replace(figure, state="pending", reason=SILENT)
        return figure

    def percent(self, owner: int) -> float | None:
        """Return the share of an owner's processes, 0..100; None when no sample ever named one of them."""
        return self._shares.percent(owner, self._clock()) if self.told else None

    @property
    def others_percent(self) -> float | None:
        """The share of every process but ours, 0..100; None before there is any."""
        return self._shares.others_percent(self._clock()) if self.told else None

    @property
    def age_s(self) -> float | None:
        """How old the newest sample is; None before the first."""
        return self._shares.age_s(self._clock())

    @property
    def newest_pids(self) -> Collection[int]:
        """The processes that the samples of the last poll name."""
        return self._shares.newest_pids

    @property
    def _is_silent(self) -> bool:
        return self._empty_since is not None and self._clock() - self._empty_since >= _SILENT_S

    def _ask(self, call: str) -> list[UtilizationSample]:
        # The binding returns views of C memory: the integers are taken out at once.
        return [
            UtilizationSample(int(sample.pid), int(sample.timeStamp), int(sample.smUtil))
            for sample in self._device.call(call, self._shares.last_seen_us)
        ]


class Others:
    """Names the processes on the device that belong to no lane; looks each up once.

    Whether a PID has passed to somebody else costs a reading of /proc: of many processes some are asked at a time,
    in turn.
    """

    def __init__(self) -> None:
        """Begin with nobody known."""
        self._known: dict[int, _Named] = {}
        self._turn = 0

    def read(
        self,
        memory: MemoryByPid,
        ours: Collection[int],
        kinds: Mapping[int, ProcessKind],
        *,
        have_our_pids: bool = True,
    ) -> tuple[OtherReading, ...]:
        """Return the listed processes outside `ours`, the largest first.

        Args:
            memory: what the driver lists.
            ours: PIDs that are not foreign.
            kinds: in which list each stands.
            have_our_pids: whether the listed PIDs are those of processes here; else their names would be others'.
        """
        theirs = {pid: bytes_ for pid, bytes_ in memory.items() if pid not in ours}
        self._known = {pid: known for pid, known in self._known.items() if pid in theirs}
        parts = -(-len(theirs) // _LOOKED_AT_AT_ONCE) or 1
        self._turn += 1
        readings = []
        for place, (pid, bytes_) in enumerate(theirs.items()):
            known = self._known.get(pid)
            is_looked_at = place % parts == self._turn % parts
            if known is None or (is_looked_at and not known.is_still(pid)):
                known = self._known[pid] = _Named.look_up(pid) if have_our_pids else _Named()
            kind = kinds.get(pid)
            readings.append(
                OtherReading(pid=pid, memory_bytes=bytes_, name=known.name, user=known.user, kind=kind)
            )
        return tuple(sorted(readings, key=lambda other: (-(other.memory_bytes or 0), other.pid)))


@dataclass(frozen=True, slots=True)
class _Named:
    """Who a PID is; looked up again when the PID has passed to somebody else."""

    name: str | None = None
    user: str | None = None
    process: psutil.Process | None = None

    @classmethod
    def look_up(cls, pid: int) -> _Named:
        try:
            process = psutil.Process(pid)
            name = _encodable(process.name())
        except (psutil.Error, ValueError, OverflowError):
            return cls()
        try:
            return cls(name, _encodable(process.username()), process)
        except (psutil.Error, KeyError):
            return cls(name, None, process)

    def is_still(self, pid: int) -> bool:
        return not psutil.pid_exists(pid) if self.process is None else self.process.is_running()


def _encodable(name: str) -> str:
    """Return the name with what is not UTF-8 replaced: the kernel cuts names at 15 bytes, also inside a letter."""
    return name.encode("utf-8", "replace").decode()
