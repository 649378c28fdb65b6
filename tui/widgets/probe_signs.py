"""The probes on a time axis: when which lane was timed alone."""

from __future__ import annotations

from training.analysis.contention_state import ProbeMark
from training.analysis.state import RunState
from tui.widgets.glyphs import Glyphs
from tui.widgets.plot import FloorSign
from tui.widgets.spans import LANE_TONE, Line, line, width_of

_FRAME = 2  # cells of the content's width that a subtitle cannot have


def probe_signs(state: RunState, glyphs: Glyphs) -> list[FloorSign]:
    """A sign for each probe, the one that goes on now included."""
    told = state.contention
    marks = [*told.marks, *([told.probing] if told.probing is not None else [])]
    return [FloorSign(mark.t0, _sign(mark, glyphs), LANE_TONE[mark.lane]) for mark in marks]


def with_legend(told: Line, state: RunState, glyphs: Glyphs, width: int) -> Line:
    """A panel's subtitle with what the signs mean after it, where there are any and room is left for that."""
    if not probe_signs(state, glyphs):
        return told
    joint = " · " if told else ""
    legend = line(
        (joint, "muted"),
        (glyphs.probe_a, "a"),
        (" A ", "muted"),
        (glyphs.probe_b, "b"),
        (" B timed alone", "muted"),
    )
    return told + legend if width_of(told + legend) <= width - _FRAME else told


def _sign(mark: ProbeMark, glyphs: Glyphs) -> str:
    return glyphs.probe(mark.lane) if mark.counts else glyphs.probe_left_out
