"""What a bench says of one pair: each mode, one after the other as the reference, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from training.bench.mode_report import Makespan, ModeReport
from training.bench.plan import REFERENCE
from training.plan import LANES, Lane, Sharing

SOLO_DIFFERS_BY = 0.05
"""Solo rates of two modes that differ by more make their throughputs hard to compare: it is said."""

MOST_STP = 2.1
"""Two lanes that do not feel each other at all come to 2; beyond it and what windows scatter, a solo rate is wrong."""


class SequentialReport(Struct, frozen=True):
    """One after the other: STP 1 by definition, rates and times those of the windows of the launches in one mode."""

    rates_from: Sharing
    solo_steps_per_s: dict[Lane, float]
    makespan_s: float
    """For the presets' own lengths, steady."""
    energy_j: float | None = None
    stp: float = 1.0


class BestMode(Struct, frozen=True):
    """How to run the pair; not `certain` where intervals leave it open, None where too little was measured."""

    sharing: Sharing | None
    certain: bool
    because: str


class PairReport(Struct, frozen=True):
    """One pair: the presets' labels by lane, every mode, and which is best."""

    labels: dict[Lane, str]
    modes: tuple[ModeReport, ...]
    sequential: SequentialReport | None
    best: BestMode
    note: str = ""

    def mode(self, sharing: Sharing) -> ModeReport | None:
        """The mode's report; None where it was not asked for."""
        return next((mode for mode in self.modes if mode.sharing == sharing), None)


def pair_report(labels: dict[Lane, str], modes: Sequence[ModeReport]) -> PairReport:
    """Hold a pair's modes against each other."""
    measured = [mode for mode in modes if mode.own_lengths is not None]
    sequential = _sequential(measured)
    return PairReport(labels, tuple(modes), sequential, _best(measured, sequential), _note(measured))


def _sequential(measured: Sequence[ModeReport]) -> SequentialReport | None:
    """The first mode's windows tell: two plain processes, where together was measured."""
    for mode in measured:
        if mode.own_lengths is not None:
            return SequentialReport(
                mode.sharing, mode.solo_steps_per_s, mode.own_lengths.sequential_s, mode.sequential_energy_j
            )
    return None


def _best(measured: Sequence[ModeReport], sequential: SequentialReport | None) -> BestMode:
    """The mode in which both presets end the soonest, where it is faster than taking turns beyond its interval."""
    if sequential is None:
        return BestMode(None, False, "nothing was measured")
    faster = [
        mode
        for mode in measured
        if mode.verdict == "faster" and _makespan(mode).makespan_s < sequential.makespan_s
    ]
    if faster:
        return _best_of(sorted(faster, key=lambda mode: _makespan(mode).makespan_s), sequential)
    if all(mode.verdict == "unknown" for mode in measured):
        return BestMode(None, False, "too little was measured")
    if all(mode.verdict == "slower" for mode in measured):
        which = measured[0].sharing if len(measured) == 1 else "every mode at once"
        return BestMode(REFERENCE, True, f"{which} is slower than one after the other")
    return BestMode(REFERENCE, False, "no mode is clearly faster than one after the other")


def _best_of(faster: Sequence[ModeReport], sequential: SequentialReport) -> BestMode:
    first = faster[0]
    gain = sequential.makespan_s / _makespan(first).makespan_s
    told = f"both presets end {gain:.2f} times as soon as one after the other"
    rivals = [mode.sharing for mode in faster[1:] if _meet(first, mode)]
    if rivals:
        return BestMode(first.sharing, False, f"{told}; not clearly sooner than under {' or '.join(rivals)}")
    return BestMode(first.sharing, True, told)


def _makespan(mode: ModeReport) -> Makespan:
    assert mode.own_lengths is not None, "only modes that were measured are held against each other"
    return mode.own_lengths


def _meet(one: ModeReport, other: ModeReport) -> bool:
    """Whether the intervals of their makespans overlap, or one has none."""
    mine, theirs = _range_s(_makespan(one)), _range_s(_makespan(other))
    return mine is None or theirs is None or (mine[0] <= theirs[1] and theirs[0] <= mine[1])


def _range_s(makespan: Makespan) -> tuple[float, float] | None:
    if makespan.interval is None:
        return None
    low, high = makespan.interval
    return makespan.sequential_s / high, makespan.sequential_s / low


def _note(measured: Sequence[ModeReport]) -> str:
    """What keeps figures from being taken at their word."""
    return "; ".join([*_not_plausible(measured), *_other_solo_rates(measured)])


def _not_plausible(measured: Sequence[ModeReport]) -> list[str]:
    return [
        f"{mode.sharing}: throughput above {MOST_STP:g} is no gain of sharing: something slowed the lanes while alone"
        for mode in measured
        if mode.stp is not None and mode.stp > MOST_STP
    ]


def _other_solo_rates(measured: Sequence[ModeReport]) -> list[str]:
    """Each mode's gain is against its own solo rates: say where these are not the same."""
    found: list[str] = []
    for mode in measured[1:]:
        first = measured[0]
        for lane in LANES:
            base, here = first.solo_steps_per_s.get(lane), mode.solo_steps_per_s.get(lane)
            if base and here and abs(here / base - 1) > SOLO_DIFFERS_BY:
                found.append(
                    f"{lane.upper()} alone runs under {mode.sharing} at {here / base:.2f} times its rate"
                    f" under {first.sharing}"
                )
    return found
