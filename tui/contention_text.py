"""Contention in words, with its numbers: the screen and the headless command say them alike."""

from __future__ import annotations

from collections.abc import Sequence

from training.analysis.contention import Contention, Verdict
from training.analysis.pair_limits import PairLimit
from training.plan import Lane
from tui import format

VERDICT_WORDS: dict[Verdict, str] = {
    "together": "together is faster",
    "sequential": "one after the other is faster",
    "no clear difference": "no clear difference",
    "unknown": "unknown",
}
ON_A_CPU = (
    "on a CPU thread settings are part of this: models that each scale badly over the cores gain from sharing"
)
THREADS_MATTER = "threads matter"
"""What `ON_A_CPU` says, where there is room for two words."""

Interval = tuple[float, float]


def times(ratio: float | None) -> str:
    """A ratio: 1.51×."""
    return format.UNKNOWN if ratio is None else f"{ratio:.2f}×"


def between(interval: Interval | None) -> str:
    """An interval in brackets, (1.44–1.58); empty where there is none."""
    return "" if interval is None else f"({interval[0]:.2f}–{interval[1]:.2f})"


def verdict_parts(told: Contention) -> tuple[str, ...]:
    """The verdict in pieces, the weightiest first, so that what does not fit is left out from the end.

    `one after the other is faster` is told by how many times it is faster: the inverse of the speed-up.
    """
    words = VERDICT_WORDS[told.verdict]
    if told.verdict == "unknown" or told.speedup is None:
        return (f"{words}: {told.because or 'nothing is measured yet'}",)
    ratio, interval = told.speedup, told.interval
    if told.verdict == "sequential":
        ratio, interval = 1 / ratio, interval and (1 / interval[1], 1 / interval[0])
    parts = (
        f"{words}: {times(ratio)}",
        f" {between(interval)}" if interval else "",
        f", {blocks_text(told.blocks)}",
        " of this run",
    )
    return tuple(part for part in parts if part)


def verdict_text(told: Contention) -> str:
    """The verdict in one sentence: `together is faster: 1.51× (1.44–1.58), 5 blocks of this run`."""
    return "".join(verdict_parts(told))


def saved_text(saved_s: float) -> str:
    """What going on together saves to the end of the run, or loses."""
    return f"{'saves' if saved_s >= 0 else 'loses'} {format.clock(abs(saved_s))} to the end"


def blocks_text(count: int) -> str:
    """How many blocks."""
    return f"{count} {'block' if count == 1 else 'blocks'}"


def excluded_text(told: Contention) -> str:
    """How many blocks do not count, and why; empty where all do."""
    if not told.excluded:
        return ""
    because = f": {', '.join(told.excluded_because)}" if told.excluded_because else ""
    return f"{told.excluded} left out{because}"


def limit_texts(limits: Sequence[PairLimit]) -> list[str]:
    """What limits the pair, a sentence each with its evidence; "not clear" is an answer."""
    return [
        f"what limits them is {limit.sentence}"
        if limit.name == "not clear"
        else f"limited by {limit.sentence}"
        for limit in limits
    ]


def probe_text(lane: Lane, width: int) -> str:
    """What a probe does to both lanes, in at most `width` cells where the words can be cut to that."""
    alone, still = lane.upper(), other_lane(lane).upper()
    text = f"probe: {alone} alone, {still} stands still (holds its memory, may use a core)"
    if len(text) <= width:
        return text
    return f"probe: {alone} alone; {still} stands still, holds memory, may use CPU"


def other_lane(lane: Lane) -> Lane:
    """The lane beside it."""
    return "b" if lane == "a" else "a"
