"""Signs on a time axis: the probes, and what else happened then."""

from __future__ import annotations

from training.analysis.state import RunState
from training.analysis.time_marks import MarkKind
from training.plan import Lane
from tui.widgets.axis import Axis
from tui.widgets.glyphs import Glyphs
from tui.widgets.plot import FloorSign
from tui.widgets.probe_signs import probe_signs
from tui.widgets.spans import LANE_TONE, Tone

_COLUMNS_PER_EPOCH = 6
"""Epochs that follow each other faster would cover the axis: then none of that lane has a sign."""
_FEW_OF: frozenset[MarkKind] = frozenset({"epoch", "validation", "checkpoint"})
_ALARMING: dict[MarkKind, Tone] = {
    "not finite": "error",
    "failed": "error",
    "out of memory": "error",
    "throttle": "warning",
}


def time_signs(state: RunState, glyphs: Glyphs, x: Axis, columns: int) -> list[FloorSign]:
    """What lies in sight; of signs on one column the later in the list is seen."""
    signs: list[FloorSign] = []
    for marks in state.time_marks:
        seen = marks.between(x.low, x.high)
        if marks.kind in _FEW_OF and len(seen) * _COLUMNS_PER_EPOCH > columns:
            continue
        sign, tone = glyphs.mark(marks.kind), _tone(marks.kind, marks.lane)
        signs += [FloorSign(t, sign, tone) for t in seen]
    return [*signs, *(sign for sign in probe_signs(state, glyphs) if x.holds(sign.x))]


def _tone(kind: MarkKind, lane: Lane | None) -> Tone:
    if kind in _ALARMING:
        return _ALARMING[kind]
    return "muted" if lane is None else LANE_TONE[lane]
