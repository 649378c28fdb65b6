"""Signs on a time axis: the probes, and what else happened then."""

from __future__ import annotations

from training.analysis.state import RunState
from training.analysis.time_marks import MarkKind, TimeMark
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
    seen = [mark for mark in state.time_marks if x.holds(mark.t)]
    crowded = _crowded(seen, columns)
    signs = [
        FloorSign(mark.t, glyphs.mark(mark.kind), _tone(mark))
        for mark in seen
        if (mark.kind, mark.lane) not in crowded
    ]
    return [*signs, *(sign for sign in probe_signs(state, glyphs) if x.holds(sign.x))]


def _crowded(marks: list[TimeMark], columns: int) -> set[tuple[MarkKind, Lane | None]]:
    counts: dict[tuple[MarkKind, Lane | None], int] = {}
    for mark in marks:
        if mark.kind in _FEW_OF:
            counts[mark.kind, mark.lane] = counts.get((mark.kind, mark.lane), 0) + 1
    return {of for of, count in counts.items() if count * _COLUMNS_PER_EPOCH > columns}


def _tone(mark: TimeMark) -> Tone:
    if mark.kind in _ALARMING:
        return _ALARMING[mark.kind]
    return "muted" if mark.lane is None else LANE_TONE[mark.lane]
