"""The memory panel's numbers: what each lane holds and needs, what nobody accounts for, what is free."""

from __future__ import annotations

from training.analysis.state import RunState
from training.plan import Lane
from tui import format
from tui.widgets import figures
from tui.widgets.glyphs import Glyphs
from tui.widgets.spans import LANE_TONE, Line, Span, line

TABLE_WIDTH = 46
ESTIMATED = "≈"


def memory_table(state: RunState, glyphs: Glyphs) -> list[Line]:
    """Rows for the device: a CPU's with the peaks, a GPU's with what the framework needs beside the footprint."""
    if figures.is_cpu(state):
        return _cpu_table(state, glyphs)
    if state.lane_devices:
        return _instances_table(state, glyphs)
    rows = [_head(), *(_gpu_lane(state, lane, glyphs) for lane in figures.lanes_of(state))]
    capacity = figures.capacity_bytes(state)
    if figures.told_apart(state):
        reserved = state.reading.memory_reserved_bytes if state.reading else None
        why = "unattributed" if reserved is None else f"driver {format.size(reserved)}"
        others: Span = (f"{glyphs.bar_others} {glyphs.line_others} others", "others")
        rows.append(_row(others, figures.others_bytes(state), capacity, f"{why:>20}"))
    else:
        used = state.reading.memory_used_bytes if state.reading else None
        in_use: Span = (f"{glyphs.bar_others} {glyphs.line_others} in use", "others")
        rows.append(_row(in_use, used, capacity, f"{'not told whose':>20}"))
    rows.append(_free(figures.free_bytes(state), capacity, glyphs))
    return rows


def _cpu_table(state: RunState, glyphs: Glyphs) -> list[Line]:
    capacity = figures.capacity_bytes(state)
    rows: list[Line] = []
    for lane in figures.lanes_of(state):
        held = state.lanes[lane]
        peak = f"  peak {format.size(held.memory_peak_bytes):>8}"
        rows.append(_row(_lane_name(lane, glyphs), held.memory_bytes, capacity, peak))
    others: Span = (f"{glyphs.bar_others} {glyphs.line_others} others", "others")
    why = "lanes overlap" if figures.lanes_overlap(state) else "unattributed"
    rows.append(_row(others, figures.others_bytes(state), capacity, f"  {why}"))
    free: Span = (f"{glyphs.bar_free}    free", "muted")
    rows.append(_row(free, figures.free_bytes(state), capacity, f"  of   {format.size(capacity):>8}"))
    return rows


def _instances_table(state: RunState, glyphs: Glyphs) -> list[Line]:
    """Each lane against the memory of its own MIG instance."""
    rows = [_head()]
    for lane in figures.lanes_of(state):
        capacity, held = figures.capacity_bytes(state, lane), state.lanes[lane].memory_bytes
        rows.append(_gpu_lane(state, lane, glyphs))
        free = None if capacity is None or held is None else max(0, capacity - held)
        rows.append(_free(free, capacity, glyphs, name=f"{lane.upper()} free"))
    reading = state.reading
    if reading is not None and reading.memory_total_bytes:
        whole = f"{'of':>10}{format.size(reading.memory_total_bytes):>10}"
        rows.append(
            _row(
                (f"{glyphs.bar_others}    both", "muted"),
                reading.memory_used_bytes,
                reading.memory_total_bytes,
                whole,
            )
        )
    return rows


def _head() -> Line:
    return line((f"{'':<11}{'footprint':>9}{'':6}{'needs now':>10}{'at peak':>10}", "muted"))


def _gpu_lane(state: RunState, lane: Lane, glyphs: Glyphs) -> Line:
    held = state.lanes[lane]
    if figures.on_cpu_instead(state, lane) and held.memory_bytes is None:
        told = f"on the CPU, RSS {format.size(held.rss_bytes)}"
        return _row(_lane_name(lane, glyphs), None, None, f"{told:>24}"[-24:], share="")
    need = held.framework_memory
    now, peak = (need.current_bytes, need.peak_bytes) if need else (None, None)
    needs = f"{format.size(now):>10}{format.size(peak):>10}"
    estimated = figures.is_estimate(figures.figure_of(state, "memory_bytes", lane))
    name, capacity = _lane_name(lane, glyphs), figures.capacity_bytes(state, lane)
    return _row(name, held.memory_bytes, capacity, needs, ESTIMATED if estimated else "")


def _free(free: int | None, capacity: int | None, glyphs: Glyphs, *, name: str = "free") -> Line:
    label: Span = (f"{glyphs.bar_free}    {name}", "muted")
    return _row(label, free, capacity, f"{'of':>10}{format.size(capacity):>10}")


def _lane_name(lane: Lane, glyphs: Glyphs) -> Span:
    return f"{glyphs.bar(lane)} {glyphs.line(lane)} {lane.upper()}", LANE_TONE[lane]


def _row(
    name: Span, held: int | None, capacity: int | None, after: str, mark: str = "", share: str | None = None
) -> Line:
    if share is None:
        share = format.percent(100 * held / capacity) if held is not None and capacity else format.UNKNOWN
    told = f"{mark if held is not None else ''}{format.size(held)}"
    return line(
        (f"{name[0]:<11}", name[1]),
        f"{told:>9}",
        (f"{share:>6}" if share else "  ", "muted"),
        (after, "muted"),
    )
