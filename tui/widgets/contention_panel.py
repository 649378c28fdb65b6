"""Contention: how much each lane slows the other, over time and now."""

from __future__ import annotations

from training.analysis.contention_state import BlockPoint
from training.analysis.state import RunState
from training.plan import LANES, Lane
from tui.contention_text import ON_A_CPU, excluded_text, limit_texts
from tui.widgets import figures
from tui.widgets.axis import SteadyAxis
from tui.widgets.contention_strip import JOIN_HINT
from tui.widgets.contention_table import TABLE_WIDTH, contention_table
from tui.widgets.layout import place_chart
from tui.widgets.panel import Panel
from tui.widgets.plot import Marks, columns_for
from tui.widgets.probe_signs import with_legend
from tui.widgets.sampling import Curve
from tui.widgets.spans import LANE_TONE, Line, Tone, line, wrap
from tui.widgets.time_chart import draw_over_time, run_axis
from tui.widgets.time_signs import time_signs

_COLUMNS_PER_MARK = 6
"""With more blocks than one in so many columns their signs would cover the curves."""


class ContentionPanel(Panel):
    """The numbers of all blocks, and each block's own slowdowns and STP against time."""

    EMPTY = (
        "Slowdowns are known once each lane was timed alone: the first probe follows soon after both train."
    )
    HELP = """## Contention

- **slower**: how many times as long a step takes beside the other. 1.00× is as fast as alone.
- **STP**, system throughput: both lanes' progress added up, each against its own rate alone. 1 is as good as taking
  turns, 2 is no interference. It decides the verdict.
- **speed-up**: of the whole, both lanes to the ends of their own lengths, against one after the other. Steady leaves
  the start out, *whole* has it in.
- **ANTT** is the mean slowdown, **fairness** 1 where both suffer alike.

A *block* is each lane timed alone, the other standing still, and the shared time after. A lane that stands still holds
its memory and may use a core. Intervals are over the blocks of *this run*: another launch may differ by more.

**c** takes a probe now, **s** changes the sharing, **n** joins a second lane.
"""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._axis = SteadyAxis()
        self._drawn_for: tuple[object, ...] = ()
        self._drawn: list[Line] = []

    def title_line(self, state: RunState) -> Line:
        """The name, on what it was measured, and which curve is whose."""
        on = " · CPU" if figures.is_cpu(state) else " · GPU"
        spans = line(("contention", "plain"), (on, "muted"))
        if not state.contention.points:
            return spans
        for lane in LANES:
            spans += line(("  ", "plain"), (f"{self.glyphs.line(lane)} {lane.upper()}", LANE_TONE[lane]))
        return spans + line(("  ", "plain"), (f"{self.glyphs.line_others} STP", "others"))

    def subtitle_line(self, state: RunState) -> Line:
        """Where the numbers are from, and what the signs on the time axis are."""
        told = "95 % over blocks of this run" if state.contention.contention.blocks else ""
        return with_legend(line((told, "muted")), state, self.glyphs, self.size.width)

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """The table with the history beside or below it, then what is to be said of them."""
        told = state.contention.contention
        if len(state.lanes) < len(LANES):
            text = f"One lane has the device to itself{f': {JOIN_HINT}' if state.is_live else ''}."
            return [line((row, "muted")) for row in wrap(text, width)]
        if not told.solo_steps_per_s and not told.shared_steps_per_s:
            return [line((row, "muted")) for row in wrap(_why_empty(state), width)]
        below = _notes(state, width)[: max(0, (height - 4) // 2)]
        chart = place_chart(
            contention_table(state, self.glyphs),
            TABLE_WIDTH,
            width,
            height - len(below),
            lambda columns, rows: self._chart(state, columns, rows),
        )
        return chart + below

    def cursor_line(self, state: RunState, at_s: float) -> Line:
        """What the newest block before then said."""
        before = [point for point in state.contention.points if point.t <= at_s]
        if not before:
            return line(("no block yet", "muted"))
        spans: Line = ()
        for lane in LANES:
            spans += line(
                (f"{lane.upper()} ", LANE_TONE[lane]), (f"{before[-1].slowdown[lane]:.2f}× slower  ", "plain")
            )
        return spans + line(("STP ", "others"), f"{before[-1].stp:.2f}")

    def _chart(self, state: RunState, width: int, height: int) -> list[Line]:
        """Drawn anew only where a block or a sign is, which is seldom, or the axis moved."""
        points, x = state.contention.points, run_axis(state, self.time_view, width)
        signs = time_signs(state, self.glyphs, x, columns_for(width))
        drawn_for = (points, tuple(signs), x, self.time_view.cursor_s, width, height, self.marker)
        if drawn_for != self._drawn_for:
            self._drawn_for, self._drawn = drawn_for, self._draw_chart(state, points, width, height)
        return self._drawn

    def _draw_chart(
        self, state: RunState, points: tuple[BlockPoint, ...], width: int, height: int
    ) -> list[Line]:
        if not points:
            return []
        # 1 is always in sight: it is what everything is held against
        values = [1.0, *(value for point in points for value in (*point.slowdown.values(), point.stp))]
        times_s = [point.t for point in points]
        curves = [
            _curve(times_s, [point.stp for point in points], None),
            *(_curve(times_s, [point.slowdown[lane] for point in points], lane) for lane in LANES),
        ]
        return draw_over_time(
            width,
            height,
            curves,
            state=state,
            view=self.time_view,
            y=self._axis.around(min(values), max(values), log=False, ticks=max(2, height // 3)),
            marks=self._marks(points, columns_for(width)),
            marker=self.marker,
        )

    def _marks(self, points: tuple[BlockPoint, ...], columns: int) -> list[Marks]:
        if len(points) * _COLUMNS_PER_MARK > columns:
            return []
        times_s = [point.t for point in points]
        signs = {"a": self.glyphs.validation_a, "b": self.glyphs.validation_b}
        return [
            Marks(times_s, [point.slowdown[lane] for point in points], LANE_TONE[lane], signs[lane])
            for lane in LANES
        ]


def _curve(times_s: list[float], values: list[float], lane: Lane | None) -> Curve:
    tone = "others" if lane is None else LANE_TONE[lane]
    return Curve(times_s, values, values, tone, dotted=lane == "b", sparse=lane is None)


def _notes(state: RunState, width: int) -> list[Line]:
    """Why there is no verdict, what limits the pair, what was left out, what a CPU does to all this."""
    told = state.contention.contention
    is_unknown = told.verdict == "unknown"
    notes: list[tuple[str, Tone]] = [(told.because if is_unknown else "", "warning")]
    notes += [(text, "plain") for text in limit_texts(state.contention.limits)]
    # where nothing is known yet the reason has it already
    notes.append(("" if is_unknown else excluded_text(told), "warning"))
    notes.append((ON_A_CPU if figures.is_cpu(state) and told.blocks else "", "muted"))
    return [line((row, tone)) for text, tone in notes if text for row in wrap(text, width)]


def _why_empty(state: RunState) -> str:
    """What has to happen first; where probing is off or the lanes take turns nothing follows by itself."""
    because = state.contention.contention.because
    if state.sharing == "sequential":
        return "The lanes take turns: neither slows the other, so there is nothing to measure."
    if state.is_live and because.startswith("probing is off"):
        return f"P{because.removeprefix('p')}: c asks for a probe now."
    if state.contention.contention.excluded:
        return f"N{because.removeprefix('n')}."
    return ContentionPanel.EMPTY
