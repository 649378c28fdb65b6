"""Which charts a run has: its losses, slowdowns, memory and utilisation, on one time axis with the probes marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from training.analysis.contention_state import ContentionState
from training.analysis.series import SeriesView
from training.analysis.state import RunState
from training.export.axis import Axis, count_axis, log_axis, number_axis, time_axis
from training.export.chart import Chart, Curve, CurveName, Mark, Point, Size, svg
from training.plan import LANES

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


Bucket = tuple[float, float, float]
"""Where along the axis, the lowest and the highest value there."""
Curves = dict[CurveName, Sequence[Bucket]]


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
            "the range of the batches and its middle",
            _losses(state, by_step=True),
            by_step=True,
            may_be_log=True,
        ),
        _Panel(
            "Loss by time",
            "the range of the batches and its middle",
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
    is_log = panel.may_be_log and _is_wide_apart(tuple(panel.curves.values()))
    title = f"{panel.title} (logarithmic)" if is_log else panel.title
    drawn = [svg(_chart(panel, title, state, marks, size, is_log=is_log), size) for size in (WIDE, NARROW)]
    return Figure(
        title=title,
        note=panel.note,
        curves=tuple((name, _called(name)) for name, buckets in panel.curves.items() if buckets),
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
    curves = {name: _thinned(buckets, size.width // 3) for name, buckets in panel.curves.items() if buckets}
    low = min(low for buckets in curves.values() for _, low, _ in buckets)
    high = max(high for buckets in curves.values() for _, _, high in buckets)
    if panel.at_least is not None:
        low, high = min(low, panel.at_least), max(high, panel.at_least)
    if is_log:
        upright = log_axis(low, high)
        curves = {
            name: [(x, math.log10(low), math.log10(high)) for x, low, high in buckets]
            for name, buckets in curves.items()
        }
    else:
        upright = number_axis(0.0 if panel.from_zero else low, high, 4)
    return Chart(
        label=title,
        across=_across(panel, state, size),
        upright=upright,
        curves=[
            Curve(name, _middle(buckets), _outline(buckets), dots=panel.dots)
            for name, buckets in curves.items()
        ],
        marks=marks,
    )


def _middle(buckets: Sequence[Bucket]) -> list[Point]:
    return [(x, (low + high) / 2) for x, low, high in buckets]


def _outline(buckets: Sequence[Bucket]) -> list[Point]:
    """Along the lowest values and back along the highest; nothing where they are the same all along."""
    if all(low == high for _, low, high in buckets):
        return []
    return [*((x, low) for x, low, _ in buckets), *((x, high) for x, _, high in reversed(buckets))]


def _across(panel: _Panel, state: RunState, size: Size) -> Axis:
    ticks = 9 if size is WIDE else 4
    last = max(x for buckets in panel.curves.values() for x, _, _ in buckets[-1:])
    return count_axis(last, ticks) if panel.by_step else time_axis(max(state.elapsed_s, last), ticks)


def _losses(state: RunState, *, by_step: bool) -> Curves:
    return {lane: _buckets(told.loss_series, by_step=by_step) for lane, told in state.lanes.items()}


def _slowdowns(told: ContentionState) -> Curves:
    curves: Curves = {}
    for lane in LANES:
        slowdowns = ((point.t, point.slowdown[lane]) for point in told.points if lane in point.slowdown)
        curves[lane] = [(t, slowdown, slowdown) for t, slowdown in slowdowns]
    return curves


def _memory(state: RunState) -> tuple[str, Curves]:
    is_gpu = state.device.kind == "gpu"
    curves: Curves = {lane: _buckets(told.memory_series, over=_GIB) for lane, told in state.lanes.items()}
    curves["others"] = _buckets(state.others_memory_series, over=_GIB)
    return "of the device, by process" if is_gpu else "RSS of the processes", curves


def _utilization(state: RunState) -> tuple[str, Curves]:
    is_gpu = state.device.kind == "gpu"
    curves: Curves = {lane: _buckets(told.utilization_series) for lane, told in state.lanes.items()}
    curves["device"] = _buckets(state.device_utilization_series)
    return "SM time share by process, sampled" if is_gpu else "CPU time, of all cores", curves


def _buckets(view: SeriesView, *, by_step: bool = False, over: float = 1.0) -> list[Bucket]:
    across = view.step if by_step else view.t
    return [(x, low / over, high / over) for x, low, high in zip(across, view.low, view.high, strict=True)]


def _thinned(buckets: Sequence[Bucket], most: int) -> Sequence[Bucket]:
    """At most so many, each with the lowest and the highest of what it stands for: no spike is lost."""
    each = -(-len(buckets) // most)
    if each <= 1:
        return buckets
    groups = (buckets[at : at + each] for at in range(0, len(buckets), each))
    return [
        (group[-1][0], min(low for _, low, _ in group), max(high for _, _, high in group)) for group in groups
    ]


def _is_wide_apart(curves: Sequence[Sequence[Bucket]]) -> bool:
    low = min(low for buckets in curves for _, low, _ in buckets)
    high = max(high for buckets in curves for _, _, high in buckets)
    return low > 0 and high > LOG_FROM * low


def _marks(told: ContentionState) -> list[tuple[Mark, float, float]]:
    return [
        (mark.lane if mark.counts else "out", mark.t0, mark.t1) for mark in told.marks if mark.t1 is not None
    ]


def _called(name: CurveName) -> str:
    return {"a": "A", "b": "B", "device": "device", "others": "others"}[name]
