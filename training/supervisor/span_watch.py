"""Look, over a span, whether anything but the two lanes was at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from training.analysis.disturbance import disturbances, sm_clock_mhz
from training.record.device_records import Sample
from training.supervisor.machine_counters import MachineCounters, read_machine_counters

FIRST_SAMPLE_AFTER_S = 0.25
"""A sample's shares are of the half second before it: one that comes sooner is of the time before the span."""


class SpanWatch:
    """Knows the device's samples, and what the machine swapped and its host took since a span began."""

    def __init__(
        self,
        samples: Callable[[float, float], Sequence[Sample]],
        *,
        kind: Literal["cpu", "gpu"],
        cores: Callable[[], float | None],
        counters: Callable[[], MachineCounters] = read_machine_counters,
    ) -> None:
        """`samples` gives those between two times of the run."""
        self._samples = samples
        self._kind: Literal["cpu", "gpu"] = kind
        self._cores = cores
        self._counters = counters
        self._before: MachineCounters | None = None
        self._strangers: frozenset[int] | None = None

    def begin(self) -> None:
        """A span begins; who is on the device at the first of all is no disturbance."""
        self._before = self._counters()

    def disturbances(self, since_s: float, until_s: float) -> tuple[str, ...]:
        """What disturbed the lanes between two times, and the machine since the span began."""
        pages, stolen_cores = self._since_it_began()
        samples = self._samples(since_s + FIRST_SAMPLE_AFTER_S, until_s)
        if self._strangers is None:
            first = next((one.others for one in samples if one.others is not None), None)
            self._strangers = None if first is None else frozenset(other.pid for other in first)
        return disturbances(
            samples,
            kind=self._kind,
            cores=self._cores(),
            strangers_before=self._strangers or frozenset(),
            swapped_pages=pages,
            stolen_cores=stolen_cores,
        )

    def sm_clock_mhz(self, since_s: float, until_s: float) -> float | None:
        """The median SM clock between two times."""
        return sm_clock_mhz(self._samples(since_s, until_s))

    def _since_it_began(self) -> tuple[int, float]:
        """Pages read back from swap, and how many cores' time the host took; 0 where it is not known."""
        before, now = self._before, self._counters()
        if before is None:
            return 0, 0.0
        pages, stolen_cores = 0, 0.0
        if before.swapped_in_pages is not None and now.swapped_in_pages is not None:
            pages = now.swapped_in_pages - before.swapped_in_pages
        if before.stolen_cpu_s is not None and now.stolen_cpu_s is not None and now.at_s > before.at_s:
            stolen_cores = (now.stolen_cpu_s - before.stolen_cpu_s) / (now.at_s - before.at_s)
            stolen_cores *= min(1.0, (self._cores() or now.cpus) / now.cpus)  # a quota's share of all
        return pages, stolen_cores
