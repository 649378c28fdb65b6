"""The contention panel's numbers: rates alone and beside the other, and what they add up to."""

from __future__ import annotations

from training.analysis.contention import Contention
from training.analysis.state import RunState
from training.plan import LANES
from tui import format
from tui.contention_text import between, times
from tui.widgets.glyphs import Glyphs
from tui.widgets.spans import LANE_TONE, Line, Span, line

_WORTH_TELLING = 0.1
"""A smaller share of disturbed time says nothing against the rest."""

TABLE_WIDTH = 44


def contention_table(state: RunState, glyphs: Glyphs) -> list[Line]:
    """The lanes first, then the pair; the weightiest rows first, as the last ones may be cut off."""
    told = state.contention.contention
    rows = [line((f"{'steps/s':<10}{'alone':>8}{'beside':>9}{'slower':>9}", "muted"))]
    for lane in LANES:
        name: Span = (f"{glyphs.line(lane)} {lane.upper()}", LANE_TONE[lane])
        alone, beside = told.solo_steps_per_s.get(lane), told.shared_steps_per_s.get(lane)
        slower = times(told.slowdown.get(lane))
        rows.append(_row(name, format.rate(alone), f"{format.rate(beside):>9}{slower:>9}", plain=True))
    stp = format.UNKNOWN if told.stp is None else f"{told.stp:.2f}"
    rows.append(_row((f"{glyphs.line_others} STP", "others"), stp, f" {between(told.stp_interval)}"))
    whole = f"  whole {times(told.speedup_whole)}" if told.speedup_whole is not None else ""
    rows.append(_row(("speed-up", "muted"), times(told.speedup), f" {between(told.interval)}{whole}"))
    rows.append(_row(("both take", "muted"), format.clock(told.makespan_s), _in_turns(told)))
    antt, fairness = _figure(told.antt), _figure(told.fairness)
    rows.append(_row(("ANTT", "muted"), antt, f"  fairness {fairness}"))
    rows.append(_row(("blocks", "muted"), format.count(told.blocks), _after_blocks(told)))
    return rows


def _row(name: Span, value: str, after: str, *, plain: bool = False) -> Line:
    return line((f"{name[0]:<10}", name[1]), f"{value:>8}", (after, "plain" if plain else "muted"))


def _in_turns(told: Contention) -> str:
    if told.sequential_estimate_s is None:
        return ""
    return f"  one after the other {format.clock(told.sequential_estimate_s)}"


def _after_blocks(told: Contention) -> str:
    left_out = f"  {told.excluded} left out" if told.excluded else ""
    cost = f"  probing took {format.span(told.probe_cost_s)}" if told.probe_cost_s is not None else ""
    return left_out + cost + _disturbed_share(told)


def _disturbed_share(told: Contention) -> str:
    """How much of the time beside each other does not count, where that is worth telling."""
    left_out_s, counted_s = told.shared_left_out_s or 0.0, told.shared_s or 0.0
    share = left_out_s / (left_out_s + counted_s) if left_out_s else 0.0
    return f"  {share:.0%} of shared time disturbed" if share >= _WORTH_TELLING else ""


def _figure(number: float | None) -> str:
    return format.UNKNOWN if number is None else f"{number:.2f}"
