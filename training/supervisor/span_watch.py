"""Look, over a span, whether anything but the two lanes was at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from training.analysis.disturbance import disturbances, sm_clock_mhz
from training.record.device_records import Sample


def pages_swapped_in(root: Path = Path("/")) -> int | None:
    """Pages the machine has read back from swap since its boot; None where it does not tell."""
    try:
        lines = (root / "proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("pswpin ")), None)
    return int(found) if found is not None and found.isdigit() else None


FIRST_SAMPLE_AFTER_S = 0.25
"""A sample's shares are of the half second before it: one that comes sooner is of the time before the span."""


class SpanWatch:
    """Knows the device's samples, and what the machine swapped since a span began."""

    def __init__(
        self,
        samples: Callable[[float, float], Sequence[Sample]],
        *,
        kind: Literal["cpu", "gpu"],
        cores: Callable[[], float | None],
        swapped_in: Callable[[], int | None] = pages_swapped_in,
    ) -> None:
        """`samples` gives those between two times of the run."""
        self._samples = samples
        self._kind: Literal["cpu", "gpu"] = kind
        self._cores = cores
        self._swapped_in = swapped_in
        self._swapped_before: int | None = None
        self._strangers: frozenset[int] | None = None

    def begin(self) -> None:
        """A span begins; who is on the device at the first of all is no disturbance."""
        self._swapped_before = self._swapped_in()

    def disturbances(self, since_s: float, until_s: float) -> tuple[str, ...]:
        """What disturbed the lanes between two times, and swapping since the span began."""
        swapped = self._swapped_in()
        pages = 0
        if swapped is not None and self._swapped_before is not None:
            pages = swapped - self._swapped_before
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
        )

    def sm_clock_mhz(self, since_s: float, until_s: float) -> float | None:
        """The median SM clock between two times."""
        return sm_clock_mhz(self._samples(since_s, until_s))
