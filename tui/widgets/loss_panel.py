"""Loss: both curves on one pair of axes."""

from __future__ import annotations

from training.analysis.series import SeriesView
from training.analysis.state import LaneState, RunState
from training.plan import Lane
from tui import format
from tui.widgets import figures
from tui.widgets.axis import Axis, SteadyAxis, step_axis, time_axis
from tui.widgets.panel import Panel
from tui.widgets.plot import MIN_HEIGHT, MIN_WIDTH, Marks, columns_for, draw_curves
from tui.widgets.probe_signs import probe_signs, with_legend
from tui.widgets.sampling import Curve
from tui.widgets.spans import LANE_TONE, Line, Span, clip, line, spread

_COLUMNS_PER_MARK = 6
_SHARES = frozenset({"acc", "accuracy", "auc", "precision", "recall"})
"""Words in the names of metrics that end near one: a logarithm presses together what matters."""


class LossPanel(Panel):
    """The chosen metric of both lanes, against steps or time, on a linear or a logarithmic axis."""

    EMPTY = "The loss curves begin with the first training steps."
    HELP = """## Loss

Lane A is a solid line, lane B a dashed one; diamonds are validations (of many close together, the last).

- **y** linear or logarithmic axis
- **t** against steps or against time
- **m** the next metric
"""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.is_log = False
        self.by_time = False
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
        told = line((f"{axis} · by {'time' if self.by_time else 'step'}", "muted"))
        return with_legend(told, state, self.glyphs, self.size.width) if self.by_time else told

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
        columns = columns_for(width)
        x = self._x_axis(state, columns)
        found = [self._marks(lane, held, x, columns) for lane, held, _ in shown]
        marks = [mark for mark in found if mark is not None]
        y = self._y_axis([view for _, _, view in shown], marks, chart_height)
        chart = draw_curves(
            width,
            chart_height,
            [
                Curve(
                    view.t if self.by_time else view.step, view.low, view.high, LANE_TONE[lane], lane == "b"
                )
                for lane, _, view in shown
            ],
            x=x,
            y=y,
            marks=marks,
            signs=probe_signs(state, self.glyphs) if self.by_time else (),
            marker=self.marker,
        )
        return [*chart, spread(notes, (), width)] if notes else chart

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
            place = x.place(at)
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

    def _x_axis(self, state: RunState, columns: int) -> Axis:
        ticks = max(2, columns // 12)
        if self.by_time:
            return time_axis(state.elapsed_s, ticks)
        lanes = state.lanes.values()
        planned = [lane.planned_steps for lane in lanes]
        known = [steps for steps in planned if steps is not None]
        farthest = max(known) if known and len(known) == len(planned) else None
        return step_axis(max((lane.step for lane in lanes), default=0), farthest, ticks)


def metrics_of(state: RunState) -> list[str]:
    """The loss first, then every metric a lane has a curve of."""
    names = {name: None for lane in state.lanes.values() for name in lane.metric_series}
    return ["loss", *(name for name in names if name != "loss")]


def _series(held: LaneState, metric: str) -> SeriesView:
    return held.loss_series if metric == "loss" else held.metric_series.get(metric, SeriesView())
