"""Memory: both lanes, everybody else and what is free, against what the device has."""

from __future__ import annotations

from training.analysis.state import RunState
from tui import format
from tui.widgets import figures
from tui.widgets.axis import bytes_axis, bytes_ceiling, time_axis
from tui.widgets.bars import stacked_bar
from tui.widgets.layout import place_chart
from tui.widgets.panel import Panel
from tui.widgets.plot import draw_curves
from tui.widgets.sampling import Curve
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, line, wrap

_TABLE_WIDTH = 45


class MemoryPanel(Panel):
    """A stacked bar against capacity, the numbers now and at their peak, and the curves over time."""

    EMPTY = "Memory of both lanes appears with the first device sample."
    HELP = """## Memory

The bar is the whole device: lane A, lane B, others (what no lane accounts for) and what is free.
On a machine without a GPU it is resident memory (RSS) of each lane's processes. Pages they share count
in each: where the lanes then overlap, adding up to more than is in use, the others are not known.
"""

    def title_line(self, state: RunState) -> Line:
        """Source and scope."""
        source = figures.provenance(state.figures.get("lanes.memory_bytes"))
        what = "RSS " if figures.is_cpu(state) else ""
        return line(("memory", "plain"), (f" · {what}{source}".rstrip(" ·"), "muted"))

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """Bar on top, then table and curves beside or below one another."""
        missing = figures.why_missing(state.figures.get("lanes.memory_bytes"))
        if state.reading is None and all(lane.memory_bytes is None for lane in state.lanes.values()):
            return [line((text, "muted")) for text in wrap(missing, width)] if missing else []
        lines = self._bar(state, width)
        table = self._table(state)
        if missing:
            table.append(line((f"lanes: {missing}", "warning")))
        return lines + place_chart(
            table,
            _TABLE_WIDTH,
            width,
            height - len(lines),
            lambda columns, rows: self._chart(state, columns, rows),
        )

    def _bar(self, state: RunState, width: int) -> list[Line]:
        capacity = figures.capacity_bytes(state)
        if not capacity:
            return []
        parts: list[tuple[float, str, Tone]] = [
            (state.lanes[lane].memory_bytes or 0, self.glyphs.bar(lane), LANE_TONE[lane])
            for lane in figures.lanes_of(state)
        ]
        parts.append((figures.others_bytes(state) or 0, self.glyphs.bar_others, "others"))
        return [stacked_bar(parts, capacity, width, (self.glyphs.bar_free, "faint"))]

    def _table(self, state: RunState) -> list[Line]:
        capacity = figures.capacity_bytes(state)
        rows: list[Line] = []
        for lane in figures.lanes_of(state):
            held = state.lanes[lane]
            name: Span = (f"{self.glyphs.bar(lane)} {self.glyphs.line(lane)} {lane.upper()}", LANE_TONE[lane])
            peak = f"peak {format.size(held.memory_peak_bytes):>8}"
            rows.append(_row(name, held.memory_bytes, capacity, peak))
        others: Span = (f"{self.glyphs.bar_others} {self.glyphs.line_others} others", "others")
        why = "lanes overlap" if figures.lanes_overlap(state) else "unattributed"
        rows.append(_row(others, figures.others_bytes(state), capacity, why))
        free: Span = (f"{self.glyphs.bar_free}    free", "muted")
        rows.append(_row(free, figures.free_bytes(state), capacity, f"of   {format.size(capacity):>8}"))
        return rows

    def _chart(self, state: RunState, width: int, height: int) -> list[Line]:
        capacity = figures.capacity_bytes(state)
        views = [(LANE_TONE[lane], state.lanes[lane].memory_series) for lane in figures.lanes_of(state)]
        views.insert(0, ("others", state.others_memory_series))
        shown = [(tone, view) for tone, view in views if len(view)]
        if not shown:
            return []
        highest = max(max(view.high) for _, view in shown)
        # the whole device where the lanes fill a fair part of it, else as much as they need
        top = bytes_ceiling(highest)
        axis = bytes_axis(capacity if capacity and (highest > 0.4 * capacity or top > capacity) else top)
        return draw_curves(
            width,
            height,
            [Curve(view.t, view.low, view.high, tone, tone == "b", tone == "others") for tone, view in shown],
            x=time_axis(state.elapsed_s, max(2, width // 12)),
            y=axis,
            marker=self.marker,
        )


def _row(name: Span, held: int | None, capacity: int | None, note: str) -> Line:
    share = format.percent(100 * held / capacity) if held is not None and capacity else format.UNKNOWN
    return line(
        (f"{name[0]:<11}", name[1]),
        f" {format.size(held):>8}",
        (f" {share:>5}", "muted"),
        (f"  {note}", "muted"),
    )
