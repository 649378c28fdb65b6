"""The verdict and the slowdowns as toned text: words and colour, never colour alone."""

from __future__ import annotations

from training.analysis.contention import Contention, Verdict
from training.plan import LANES
from tui.contention_text import times, verdict_parts
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line

VERDICT_TONE: dict[Verdict, Tone] = {
    "together": "good",
    "sequential": "warning",
    "no clear difference": "strong",
    "unknown": "muted",
}


def verdict_line(told: Contention, width: int) -> Line:
    """The verdict; its pieces are spans, so that `whole` leaves out the least of it."""
    head, *rest = verdict_parts(told)
    spans: list[Span] = [(clip(head, width), VERDICT_TONE[told.verdict])]
    spans += [(text, "plain" if index == 0 else "muted") for index, text in enumerate(rest)]
    return line(*spans)


def slowdowns_line(told: Contention) -> Line:
    """How much slower each lane is beside the other: `A 1.31× slower · B 1.58×`; what is not known is a dash."""
    spans: list[Span] = []
    for lane in LANES:
        slower = " slower" if lane == "a" and lane in told.slowdown else ""
        spans += [
            (" · " if spans else "", "faint"),
            (f"{lane.upper()} ", LANE_TONE[lane]),
            (f"{times(told.slowdown.get(lane))}{slower}", "plain"),
        ]
    return line(*spans)
