"""Watts of the whole device while one lane trained, and while both did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from training.analysis.energy import LEAST_J, LEAST_S, EnergyCount
from training.plan import Lane
from training.record.contention_records import SharedSpan, SoloSpan

Span = tuple[float, float]
"""Begin and end, seconds since the run began."""


@dataclass(frozen=True, slots=True)
class Power:
    """Mean power; a lane that is absent and None are not known."""

    solo_w: dict[Lane, float] = field(default_factory=dict)
    shared_w: float | None = None


class PowerCount:
    """Takes the spans of a run that count; `read` puts the device's energy to them."""

    def __init__(self) -> None:
        self._solo: dict[Lane, list[Span]] = {}
        self._shared: list[Span] = []

    def take_solo(self, record: SoloSpan) -> None:
        """Take in a span in which one lane trained."""
        if record.complete and not record.disturbed:
            self._solo.setdefault(record.lane, []).append((record.t0, record.t1))

    def take_shared(self, record: SharedSpan) -> None:
        """Take in a span in which both trained."""
        if not record.disturbed:
            self._shared.append((record.t0, record.t1))

    def read(self, energy: EnergyCount) -> Power:
        """The mean power over the spans taken."""
        solo = {lane: _mean_w(energy, spans) for lane, spans in self._solo.items()}
        return Power(
            {lane: watts for lane, watts in solo.items() if watts is not None}, _mean_w(energy, self._shared)
        )


def _mean_w(energy: EnergyCount, spans: Iterable[Span]) -> float | None:
    """None where the spans are too short for a driver that counts in steps, or it does not tell."""
    joules = seconds = 0.0
    for t0, t1 in spans:
        spent_j = energy.between(t0, t1)
        if spent_j is None:
            return None
        joules, seconds = joules + spent_j, seconds + t1 - t0
    return joules / seconds if seconds >= LEAST_S and joules >= LEAST_J else None
