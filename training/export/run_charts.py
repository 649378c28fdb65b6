"""Which charts a run has: its losses, slowdowns, memory and utilisation, on one time axis with the probes marked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from training.analysis.contention_state import ContentionState
from training.analysis.series import SeriesView
from training.analysis.state import RunState
from training.export.axis import Axis, count_axis, log_axis, number_axis, time_axis
from training.export.chart import Chart, Curve, CurveName, Mark, Point, Size, svg

WIDE, NARROW = Size(900, 210), Size(350, 190)
"""For a screen or a sheet of paper, and for a phone: a chart that is scaled down cannot be read."""
LOG_FROM = 30.0
"""A loss that falls by more is drawn on a logarithmic axis."""
_GIB = float(1 << 30)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart in both sizes, with what stands over it."""

    title: str
    note: str
    curves: tuple[tuple[CurveName, str], ...]
    """Each curve that is in it, with its name for people."""
    marks: frozenset[Mark]
    wide: str
    narrow: str


Curves = dict[CurveName, Sequence[Point]]


@dataclass(frozen=True, slots=True)
class _Panel:
    """A chart before it has a size."""

    title: str
    note: str
    curves: Curves
    from_zero: bool = False
    at_least: float | None = None
    by_step: bool = False
    may_be_log: bool = False
    dots: bool = False


def run_figures(state: RunState) -> list[Figure]:
    """The figures of a run; those of which nothing is known are left out."""
    panels = (
        _Panel(
            "Loss by step",
            "from the lowest batch to the highest",
            _losses(state, by_step=True),
            by_step=True,
            may_be_log=True,
        ),
        _Panel(
            "Loss by time",
            "from the lowest batch to the highest",
            _losses(state, by_step=False),
            may_be_log=True,
        ),
        _Panel("Slowdown", "a point for each block", _slowdowns(state.contention), at_least=1.0, dots=True),
        _Panel("Memory, GiB", *_memory(state), from_zero=True),
        _Panel("Utilisation, %", *_utilization(state), from_zero=True, at_least=100.0),
    )
    return [_figure(panel, state) for panel in panels if any(panel.curves.values())]


def _figure(panel: _Panel, state: RunState) -> Figure:
    marks = () if panel.by_step else _marks(state.contention)
    is_log = panel.may_be_log and _is_wide_apart(panel.curves.values())
    title = f"{panel.title} (logarithmic)" if is_log else panel.title
    drawn = [svg(_chart(panel, title, state, marks, size, is_log=is_log), size) for size in (WIDE, NARROW)]
    return Figure(
        title=title,
        note=panel.note,
        curves=tuple((name, _called(name)) for name, points in panel.curves.items() if points),
        marks=frozenset(mark for mark, _, _ in marks),
        wide=drawn[0],
        narrow=drawn[1],
    )


def _chart(
    panel: _Panel,
    title: str,
    state: RunState,
    marks: Sequence[tuple[Mark, float, float]],
    size: Size,
    *,
    is_log: bool,
) -> Chart:
    most = size.width // 2
    curves = {name: _thinned(points, most) for name, points in panel.curves.items() if points}
    values = [y for points in curves.values() for _, y in points]
    low, high = min(values), max(values)
    if panel.at_least is not None:
        low, high = min(low, panel.at_least), max(high, panel.at_least)
    if is_log:
        upright = log_axis(low, high)
        curves = {name: [(x, math.log10(y)) for x, y in points] for name, points in curves.items()}
    else:
        upright = number_axis(0.0 if panel.from_zero else low, high, 4)
    return Chart(
        label=title,
        across=_across(panel, state, size),
        upright=upright,
        curves=[Curve(name, points, dots=panel.dots) for name, points in curves.items()],
        marks=marks,
    )


def _across(panel: _Panel, state: RunState, size: Size) -> Axis:
    ticks = 9 if size is WIDE else 4
    last = max(x for points in panel.curves.values() for x, _ in points[-2:])
    return count_axis(last, ticks) if panel.by_step else time_axis(max(state.elapsed_s, last), ticks)


def _losses(state: RunState, *, by_step: bool) -> Curves:
    return {lane: _points(told.loss_series, by_step=by_step) for lane, told in state.lanes.items()}


def _slowdowns(told: ContentionState) -> Curves:
    curves: dict[CurveName, Sequence[Point]] = {}
    for lane in ("a", "b"):
        curves[lane] = [(point.t, point.slowdown[lane]) for point in told.points if lane in point.slowdown]
    return curves


def _memory(state: RunState) -> tuple[str, Curves]:
    is_gpu = state.device.kind == "gpu"
    curves: Curves = {lane: _points(told.memory_series, over=_GIB) for lane, told in state.lanes.items()}
    curves["others"] = _points(state.others_memory_series, over=_GIB)
    return "of the device, by process" if is_gpu else "RSS of the processes", curves


def _utilization(state: RunState) -> tuple[str, Curves]:
    is_gpu = state.device.kind == "gpu"
    curves: Curves = {lane: _points(told.utilization_series) for lane, told in state.lanes.items()}
    curves["device"] = _points(state.device_utilization_series)
    return "SM time share by process, sampled" if is_gpu else "CPU time, of all cores", curves


def _points(view: SeriesView, *, by_step: bool = False, over: float = 1.0) -> list[Point]:
    """Each bucket as its lowest and its highest value, so that no spike is lost."""
    points: list[Point] = []
    for x, low, high in zip(view.step if by_step else view.t, view.low, view.high, strict=True):
        points.append((x, low / over))
        if high != low:
            points.append((x, high / over))
    return points


def _thinned(points: Sequence[Point], most: int) -> Sequence[Point]:
    """At most about so many points, of each stretch the lowest and the highest."""
    each = -(-2 * len(points) // most)
    if each <= 2:
        return points
    thinned: list[Point] = []
    for at in range(0, len(points), each):
        stretch = points[at : at + each]
        low, high = min(stretch, key=_value), max(stretch, key=_value)
        thinned += [low, high] if low[0] <= high[0] else [high, low]
    return thinned


def _value(point: Point) -> float:
    return point[1]


def _is_wide_apart(curves: Iterable[Sequence[Point]]) -> bool:
    values = [y for points in curves for _, y in points]
    return min(values) > 0 and max(values) > LOG_FROM * min(values)


def _marks(told: ContentionState) -> list[tuple[Mark, float, float]]:
    return [
        (mark.lane if mark.counts else "out", mark.t0, mark.t1) for mark in told.marks if mark.t1 is not None
    ]


def _called(name: CurveName) -> str:
    return {"a": "A", "b": "B", "device": "device", "others": "others"}[name]
