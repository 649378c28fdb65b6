"""Loss: both curves on one pair of axes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from training.analysis.series import SeriesView
from training.analysis.state import LaneState, RunState
from training.plan import Lane
from tui import format
from tui.widgets import figures
from tui.widgets.axis import Axis, SteadyAxis, step_axis
from tui.widgets.cursor_text import cursor_figures
from tui.widgets.panel import Panel
from tui.widgets.plot import MIN_HEIGHT, MIN_WIDTH, Marks, columns_for, draw_curves
from tui.widgets.probe_signs import with_legend
from tui.widgets.sampling import Curve
from tui.widgets.smoothing import HALF_LIVES, smoothed
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line, spread
from tui.widgets.time_chart import draw_over_time, run_axis

_COLUMNS_PER_MARK = 6
_SHARES = frozenset({"acc", "accuracy", "auc", "precision", "recall"})
"""Words in the names of metrics that end near one: a logarithm presses together what matters."""


class LossPanel(Panel):
    """The chosen metric of both lanes, against steps or time, on a linear or a logarithmic axis."""

    EMPTY = "The loss curves begin with the first training steps."
    HELP = """## Loss

Lane A is a solid line, lane B a dashed one; diamonds are validations (of many close together, the last).

- **y** linear or logarithmic axis
- **t** against time, as all panels are, or against steps
- **m** the next metric
- **e** evens the curves out: none, little, more, much; what came in stays beneath, faint
"""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.is_log = False
        self.by_time = True
        self._half_life = HALF_LIVES[0]
        """Of the smoothing, as a share of what is shown."""
        self._wanted = "loss"
        self._axis = SteadyAxis()

    @property
    def metric(self) -> str:
        """The metric shown: the wanted one where a lane has it, else the loss."""
        return self._wanted if self.state is not None and self._wanted in metrics_of(self.state) else "loss"

    def toggle_log(self) -> None:
        """Linear or logarithmic."""
        self.is_log = not self.is_log
        self._changed()

    def toggle_time(self) -> None:
        """Against steps or against time."""
        self.by_time = not self.by_time
        self._changed()

    def next_smoothing(self) -> None:
        """More even, and after the most not at all."""
        self._half_life = HALF_LIVES[(HALF_LIVES.index(self._half_life) + 1) % len(HALF_LIVES)]
        self._changed()

    def next_metric(self) -> None:
        """The metric after this one, and after the last the first."""
        if self.state is None:
            return
        names = metrics_of(self.state)
        self._wanted = names[(names.index(self.metric) + 1) % len(names)]
        self._changed()

    def _changed(self) -> None:
        self.retitle()
        self.redraw()

    def title_line(self, state: RunState) -> Line:
        """The metric, and each lane's label in its colour with the kind of line it is drawn with."""
        spans: list[Span] = [(self.metric, "plain")]
        for lane in figures.lanes_of(state):
            sign = self.glyphs.line_a if lane == "a" else self.glyphs.line_b
            spans.append(("  ", "plain"))
            spans.append(
                (f"{sign} {lane.upper()} {clip(state.lanes[lane].preset_name, 20)}", LANE_TONE[lane])
            )
        return line(*spans)

    def subtitle_line(self, state: RunState) -> Line:
        """The axes, and the signs on the one of time."""
        axis = "log axis" if self.is_log else "linear axis"
        if self.is_log and _SHARES.intersection(self.metric.split("_")):
            axis += " (y: linear says more of a share)"
        evened = f" · evened over {self._half_life:.0%}" if self._half_life else ""
        told = line((f"{axis} · by {'time' if self.by_time else 'step'}{evened}", "muted"))
        return with_legend(told, state, self.glyphs, self.size.width) if self.by_time else told

    def cursor_line(self, state: RunState, at_s: float) -> Line:
        """The metric of each lane then."""
        curves: list[tuple[str, Tone, SeriesView]] = [
            (lane.upper(), LANE_TONE[lane], _series(state.lanes[lane], self.metric))
            for lane in figures.lanes_of(state)
        ]
        return cursor_figures(at_s, curves, format.value)

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """The chart, and a line of what a curve cannot show."""
        notes = self._notes(state)
        chart_height = height - (1 if notes else 0)
        lanes = [
            (lane, state.lanes[lane], _series(state.lanes[lane], self.metric))
            for lane in figures.lanes_of(state)
        ]
        shown = [(lane, held, view) for lane, held, view in lanes if len(view)]
        if not shown:
            return [notes] if notes else []
        if width < MIN_WIDTH or chart_height < MIN_HEIGHT:
            return [line((clip("no room for curves here: z shows this panel alone", width), "muted"))]
        chart = self._chart(state, shown, width, chart_height)
        return [*chart, spread(notes, (), width)] if notes else chart

    def _chart(
        self, state: RunState, shown: list[tuple[Lane, LaneState, SeriesView]], width: int, height: int
    ) -> list[Line]:
        columns = columns_for(width)
        x = run_axis(state, self.time_view, width) if self.by_time else _step_axis(state, columns)
        found = [self._marks(lane, held, x, columns) for lane, held, _ in shown]
        marks = [mark for mark in found if mark is not None]
        seen = [_in_sight(self._across(view), view, x) for _, _, view in shown]
        y = self._y_axis(seen, marks, height)
        curves = [curve for lane, _, view in shown for curve in self._curves(lane, view, x)]
        if self.by_time:
            return draw_over_time(
                width, height, curves, state=state, view=self.time_view, y=y, marks=marks, marker=self.marker
            )
        return draw_curves(width, height, curves, x=x, y=y, marks=marks, marker=self.marker)

    def _across(self, view: SeriesView) -> Sequence[float]:
        return view.t if self.by_time else view.step

    def _curves(self, lane: Lane, view: SeriesView, x: Axis) -> list[Curve]:
        """The lane's curve; where it is evened out, what came in stands beneath."""
        across = self._across(view)
        is_dotted = lane == "b"
        if not self._half_life:
            return [Curve(across, view.low, view.high, LANE_TONE[lane], is_dotted)]
        middle = [(low + high) / 2 for low, high in zip(view.low, view.high, strict=True)]
        even = smoothed(across, middle, self._half_life * (x.high - x.low))
        raw = Curve(across, view.low, view.high, "faint", is_dotted)
        return [raw, Curve(across, even, even, LANE_TONE[lane], is_dotted)]

    def _notes(self, state: RunState) -> Line:
        spans: list[Span] = []
        for lane in figures.lanes_of(state):
            step = state.lanes[lane].nonfinite_step
            if step is not None:
                spans.append((f"{lane.upper()}: NaN at step {format.count(step)}  ", "error"))
        return line(*spans)

    def _marks(self, lane: Lane, held: LaneState, x: Axis, columns: int) -> Marks | None:
        points = [(point, point.metrics.get(self.metric)) for point in held.validation]
        kept: dict[int, tuple[float, float]] = {}
        for point, value in points:
            at = point.t if self.by_time else point.step
            place = x.place(at) if x.holds(at) else None
            if value is not None and place is not None:
                # with short epochs the signs would cover the curves
                kept[int(place * columns / _COLUMNS_PER_MARK)] = (at, value)
        if not kept:
            return None
        sign = self.glyphs.validation_a if lane == "a" else self.glyphs.validation_b
        return Marks(
            [at for at, _ in kept.values()], [value for _, value in kept.values()], LANE_TONE[lane], sign
        )

    def _y_axis(self, views: list[SeriesView], marks: list[Marks], height: int) -> Axis:
        lows = [value for view in views for value in view.low]
        highs = [value for view in views for value in view.high]
        extras = [value for mark in marks for value in mark.y if abs(value) < float("inf")]
        low, high = min([*lows, *extras]), max([*highs, *extras])
        # a logarithm needs something above zero
        positive = [value for value in (*lows, *extras) if value > 0] if self.is_log and low <= 0 else None
        if self.is_log and positive is not None:
            low = min(positive, default=1e-3)
            high = max(high, low)
        return self._axis.around(low, high, log=self.is_log, ticks=max(2, min(6, height // 3)))


def _step_axis(state: RunState, columns: int) -> Axis:
    lanes = state.lanes.values()
    planned = [lane.planned_steps for lane in lanes]
    known = [steps for steps in planned if steps is not None]
    farthest = max(known) if known and len(known) == len(planned) else None
    return step_axis(max((lane.step for lane in lanes), default=0), farthest, max(2, columns // 12))


def _in_sight(across: Sequence[float], view: SeriesView, x: Axis) -> SeriesView:
    """The part of the curve that the axis holds; all of it where that is nothing."""
    first, after = bisect_left(across, x.low), bisect_right(across, x.high)
    if first >= after:
        return view
    kept = slice(first, after)
    return SeriesView(view.t[kept], view.step[kept], view.low[kept], view.high[kept])


def metrics_of(state: RunState) -> list[str]:
    """The loss first, then every metric a lane has a curve of."""
    names = {name: None for lane in state.lanes.values() for name in lane.metric_series}
    return ["loss", *(name for name in names if name != "loss")]


def _series(held: LaneState, metric: str) -> SeriesView:
    return held.loss_series if metric == "loss" else held.metric_series.get(metric, SeriesView())
