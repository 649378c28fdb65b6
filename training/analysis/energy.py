"""What a pair's training costs in energy: the device's joules over both lanes' samples."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from training.analysis.series import Series, SeriesView

LEAST_S = 5.0
LEAST_J = 20.0
"""Below these nothing is said: the driver counts in steps, and the first seconds are not the pair's pace."""
MOST_GAP_S = 5.0
"""How far a moment may lie outside the readings and still be told by the nearest one."""


class EnergyCount:
    """The device's energy over time, in bounded memory.

    A count that falls has started anew, as a driver's does when it is loaded again: what was counted stays.
    """

    def __init__(self) -> None:
        self._total_j = 0.0
        self._told_j: float | None = None
        self._series = Series()

    def add(self, t: float, energy_j: float) -> None:
        """Take a reading, joules since any moment, at `t`."""
        if self._told_j is not None:
            self._total_j += max(0.0, energy_j - self._told_j)
        self._told_j = energy_j
        self._series.append(t, self._total_j)

    def between(self, t0: float, t1: float) -> float | None:
        """Joules from `t0` to `t1`; None where the readings do not reach that far."""
        view = self._series.view()
        begin, end = _at(view, t0), _at(view, t1)
        return None if begin is None or end is None or t1 < t0 else end - begin


def _at(view: SeriesView, t: float) -> float | None:
    """The count at `t`, between the readings around it; readings never fall, so `high` is each one's newest."""
    if not view.t or not view.t[0] - MOST_GAP_S <= t <= view.t[-1] + MOST_GAP_S:
        return None
    after = bisect_left(view.t, t)
    if after == 0:
        return view.high[0]
    if after == len(view.t):
        return view.high[-1]
    span = view.t[after] - view.t[after - 1]
    share = (t - view.t[after - 1]) / span if span > 0 else 1.0
    return view.high[after - 1] + share * (view.high[after] - view.high[after - 1])


@dataclass(frozen=True, slots=True)
class TrainedSpan:
    """What one lane trained: from its release to its last step, and the samples in between."""

    released_t: float
    last_step_t: float
    samples: int


def pair_energy_j(energy: EnergyCount, spans: Iterable[TrainedSpan]) -> float | None:
    """Joules of the whole device from the first release to the last step; None where nothing was trained."""
    told = list(spans)
    if not told:
        return None
    return energy.between(min(span.released_t for span in told), max(span.last_step_t for span in told))


def energy_j_per_1000_samples(energy: EnergyCount, spans: Iterable[TrainedSpan]) -> float | None:
    """Joules of the whole device for each thousand samples of the pair; None while there is too little of either.

    None as well where a lane trained and nobody knows how many samples.
    """
    told = list(spans)
    if any(span.samples <= 0 for span in told):
        return None
    joules = pair_energy_j(energy, told)
    samples = sum(span.samples for span in told)
    if joules is None or joules < LEAST_J or samples <= 0:
        return None
    seconds = max(span.last_step_t for span in told) - min(span.released_t for span in told)
    return joules / samples * 1000 if seconds >= LEAST_S else None
