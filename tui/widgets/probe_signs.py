"""The probes on a time axis: when which lane was timed alone."""

from __future__ import annotations

from training.analysis.contention_state import ProbeMark
from training.analysis.state import RunState
from tui.widgets.glyphs import Glyphs
from tui.widgets.plot import FloorSign
from tui.widgets.spans import LANE_TONE, Line, Tone, line, width_of

_FRAME = 2  # cells of the content's width that a subtitle cannot have

_MUTED: Tone = "muted"


def probe_signs(state: RunState, glyphs: Glyphs) -> list[FloorSign]:
    """A sign for each probe, the one that goes on now included."""
    told = state.contention
    marks = [*told.marks, *([told.probing] if told.probing is not None else [])]
    return [FloorSign(mark.t0, _sign(mark, glyphs), LANE_TONE[mark.lane]) for mark in marks]


def with_legend(told: Line, state: RunState, glyphs: Glyphs, width: int) -> Line:
    """A panel's subtitle with what the signs mean after it, as far as there are any and room is left for that."""
    signs = {one.sign for one in probe_signs(state, glyphs)}
    legends: list[Line] = []
    if signs & {glyphs.probe_a, glyphs.probe_b}:
        legends.append(
            line((glyphs.probe_a, "a"), (" A ", _MUTED), (glyphs.probe_b, "b"), (" B timed alone", _MUTED))
        )
    if glyphs.probe_left_out in signs:
        legends.append(line((f"{glyphs.probe_left_out} does not count", _MUTED)))
    for legend in legends:
        longer = told + line((" · " if told else "", _MUTED)) + legend
        told = longer if width_of(longer) <= width - _FRAME else told
    return told


def _sign(mark: ProbeMark, glyphs: Glyphs) -> str:
    return glyphs.probe(mark.lane) if mark.counts else glyphs.probe_left_out
