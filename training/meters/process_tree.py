"""CPU time and memory of a lane's processes: the worker and everything it has started."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

from training.plan import Lane

_SHORTEST_S = 0.05
"""The kernel counts CPU time in ticks of 10 ms: over less than a few of them a share is noise."""

_SEARCH_EVERY_S = 1.0
"""How often children are looked for: a training has dozens of threads, each with its own list."""


@dataclass(frozen=True, slots=True)
class TreeReading:
    """One lane's processes at one moment.

    `cpu_percent` is of one core, None until two readings can be compared. `rss_bytes` adds up the processes,
    so pages they share count more than once. `pids` holds the whole tree, `pid` included.
    """

    pid: int
    pids: frozenset[int]
    cpu_percent: float | None
    rss_bytes: int


class LaneTrees:
    """Follows the process trees of the lanes from sample to sample."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with no lane known; `clock` gives seconds that never run backwards."""
        self._clock = clock
        self._trees: dict[Lane, _Tree] = {}

    def read(self, lanes: Mapping[Lane, int]) -> dict[Lane, TreeReading]:
        """Return a reading of each lane whose process lives; a lane whose process has ended is left out."""
        for lane in [lane for lane in self._trees if lane not in lanes]:
            del self._trees[lane]
        readings: dict[Lane, TreeReading] = {}
        for lane, pid in lanes.items():
            tree = self._trees.get(lane)
            if tree is None or tree.pid != pid:
                try:
                    tree = self._trees[lane] = _Tree(pid, self._clock)
                except psutil.Error:
                    continue
            reading = tree.read()
            if reading is not None:
                readings[lane] = reading
        return readings


@dataclass(slots=True)
class _Known:
    """A process with what it had used when last looked at; psutil holds its identity, PID and start time."""

    process: psutil.Process
    cpu_s: float | None = None


class _Tree:
    """One tree. Raises psutil.Error when there is no such process."""

    def __init__(self, pid: int, clock: Callable[[], float]) -> None:
        self.pid = pid
        self._clock = clock
        self._root = _Known(psutil.Process(pid))
        self._children: dict[int, _Known] = {}
        self._searched_at: float | None = None
        self._read_at: float | None = None
        self._gathered_s = 0.0
        self._cpu_percent: float | None = None

    def read(self) -> TreeReading | None:
        now = self._clock()
        if not self._root.process.is_running():
            return None
        if self._searched_at is None or now - self._searched_at >= _SEARCH_EVERY_S:
            self._searched_at = now
            self._search()
        rss_bytes = self._look_at(self._root)
        if rss_bytes is None:
            return None
        for pid, known in list(self._children.items()):
            child_rss_bytes = self._look_at(known)
            if child_rss_bytes is None:
                del self._children[pid]
            else:
                rss_bytes += child_rss_bytes
        self._close_interval(now)
        return TreeReading(self.pid, frozenset((self.pid, *self._children)), self._cpu_percent, rss_bytes)

    def _look_at(self, known: _Known) -> int | None:
        """Add the process's CPU time since the last look and return its RSS; None once it has ended.

        Each process is compared with itself alone: one that ends takes its time with it and makes nothing
        negative.
        """
        process = known.process
        try:
            with process.oneshot():
                if process.status() == psutil.STATUS_ZOMBIE:
                    return None
                times = process.cpu_times()
                rss_bytes = process.memory_info().rss
        except psutil.Error:
            return None
        cpu_s = times.user + times.system
        if known.cpu_s is not None:
            self._gathered_s += max(0.0, cpu_s - known.cpu_s)
        known.cpu_s = cpu_s
        return int(rss_bytes)

    def _close_interval(self, now: float) -> None:
        if self._read_at is None:
            self._read_at, self._gathered_s = now, 0.0
            return
        elapsed_s = now - self._read_at
        if elapsed_s >= _SHORTEST_S:
            self._cpu_percent = 100.0 * self._gathered_s / elapsed_s
            self._read_at, self._gathered_s = now, 0.0

    def _search(self) -> None:
        """Find new children. Time they used before they were found is left out: its span is not known."""
        for pid in _descendants(self._root.process):
            known = self._children.get(pid)
            if known is not None and known.process.is_running():
                continue
            try:
                self._children[pid] = _Known(psutil.Process(pid))
            except psutil.Error:
                self._children.pop(pid, None)


def _descendants(root: psutil.Process) -> set[int]:
    """Return the PIDs below `root`.

    The kernel's own lists of children cost one small file a thread; psutil reads every process of the
    machine, which on a shared box takes longer than all the rest of a sample. It is the fall-back where the
    kernel has no such lists.
    """
    found: set[int] = set()
    waiting = [root.pid]
    while waiting:
        children = _children(waiting.pop())
        if children is None:
            try:
                return {child.pid for child in root.children(recursive=True)}
            except psutil.Error:
                return found
        fresh = children - found
        found |= fresh
        waiting.extend(fresh)
    return found


def _children(pid: int) -> set[int] | None:
    """Return the children of all threads of `pid`; None when the kernel does not list them."""
    tasks = f"/proc/{pid}/task"
    try:
        with os.scandir(tasks) as entries:
            threads = [entry.name for entry in entries]
    except OSError:
        return set()  # it has ended
    children: set[int] = set()
    unlisted = 0
    for thread in threads:
        try:
            children.update(map(int, _read(f"{tasks}/{thread}/children").split()))
        except FileNotFoundError:
            unlisted += 1  # that thread has ended, or there are no such lists
        except OSError:
            continue
    return None if threads and unlisted == len(threads) and psutil.pid_exists(pid) else children


def _read(path: str) -> bytes:
    """Return a small file of the kernel's, without the layers of `open`: there is one for each thread."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 65536)
    finally:
        os.close(descriptor)
