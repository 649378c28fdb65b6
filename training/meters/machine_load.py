"""How busy the CPU capacity of this process is."""

from __future__ import annotations

import time
from collections.abc import Callable

import psutil

from training.meters import cgroup
from training.meters.capacity import Capacity, allowed_cpus

_SHORTEST_S = 0.05
"""The kernel counts CPU time in ticks of 10 ms: over less than a few of them a share is noise."""


class MachineLoad:
    """CPU time spent within a capacity since the last reading, as percent of it.

    Under a quota that is the time of the limiting control group; without one it is the busy time of the CPUs
    this process may run on, everybody's processes included.
    """

    def __init__(self, capacity: Capacity, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Measure `capacity` from now on; `clock` gives seconds that never run backwards."""
        self._capacity = capacity
        self._clock = clock
        self._cpus = allowed_cpus()
        self._before: tuple[float, float] | None = None
        self._percent: float | None = None

    def percent(self) -> float | None:
        """Return 0..100 since the last reading; None at the first, which has nothing to compare with."""
        now, busy_s = self._clock(), self._busy_s()
        if self._before is None:
            self._before = (now, busy_s)
            return None
        then, busy_then_s = self._before
        elapsed_s = now - then
        if elapsed_s < _SHORTEST_S:
            return self._percent
        self._before = (now, busy_s)
        # Ticks and quota periods end a little before or after the interval does: cut what that adds.
        share = (busy_s - busy_then_s) / (elapsed_s * self._capacity.cores)
        self._percent = 100.0 * min(1.0, max(0.0, share))
        return self._percent

    def _busy_s(self) -> float:
        if self._capacity.cpu_group is not None:
            used_s = cgroup.cpu_used_s(self._capacity.cpu_group, self._capacity.root)
            if used_s is not None:
                return used_s
        per_cpu = psutil.cpu_times(percpu=True)
        # A CPU taken offline moves the list up; the sum over what is there still only grows or is cut at 0.
        return sum(
            times.user + times.nice + times.system + times.irq + times.softirq
            for number, times in enumerate(per_cpu)
            if number in self._cpus
        )
