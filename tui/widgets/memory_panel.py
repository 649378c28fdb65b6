"""Memory: both lanes, everybody else and what is free, against what the device has."""

from __future__ import annotations

from training.analysis.series import SeriesView
from training.analysis.state import RunState
from training.plan import Lane
from tui import format
from tui.widgets import figures
from tui.widgets.axis import bytes_axis, bytes_ceiling
from tui.widgets.bars import stacked_bar
from tui.widgets.cursor_text import cursor_figures
from tui.widgets.layout import place_chart
from tui.widgets.memory_table import TABLE_WIDTH, memory_table
from tui.widgets.panel import Panel
from tui.widgets.probe_signs import with_legend
from tui.widgets.sampling import Curve
from tui.widgets.spans import LANE_TONE, Line, Tone, line, wrap
from tui.widgets.time_chart import draw_over_time

_UNIFIED = "unified memory: the GPU uses the machine's own, so this is system memory"


class MemoryPanel(Panel):
    """A stacked bar against capacity, the numbers now and at their peak, and the curves over time."""

    EMPTY = "Memory of both lanes appears with the first device sample."
    HELP = """## Memory

The bar is the whole device: lane A, lane B, others (what no lane accounts for) and what is free.

On a GPU a lane has two memories. Its **footprint** is all that its processes hold, as the driver tells; ≈ marks one
that is inferred, and a line below says from what. What it **needs** is the framework's own report: its pool grows and
never shrinks, so the footprint says little of that. *Others* are other processes, libraries nobody accounts for, and
what the driver reserves.

On a machine without a GPU it is resident memory (RSS) of each lane's processes. Pages they share count
in each: where the lanes then overlap, adding up to more than is in use, the others are not known.
"""

    def title_line(self, state: RunState) -> Line:
        """Source, scope, and age where it matters."""
        source = figures.provenance(figures.lanes_figure(state, "memory_bytes"))
        if figures.is_cpu(state):
            told = f"RSS {source}"
        else:
            kind = "unified" if figures.is_unified(state) else "MIG" if _is_mig(state) else ""
            told = " · ".join(part for part in (kind, source, "needs (framework)") if part)
        spans = line(("memory", "plain"), (f" · {told}".rstrip(" ·"), "muted"))
        return (*spans, *line((figures.stale(state), "warning")))

    def subtitle_line(self, state: RunState) -> Line:
        """What the signs on the time axis are."""
        return with_legend((), state, self.glyphs, self.size.width)

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """Bars on top, then table and curves beside or below one another, then what is to be said of them."""
        notes = figures.lane_notes(state, "memory_bytes")
        if state.reading is None and all(lane.memory_bytes is None for lane in state.lanes.values()):
            return [line((text, "muted")) for note in notes for text in wrap(note, width)]
        if figures.is_unified(state):
            notes.append(_UNIFIED)
        below = [line((text, "warning")) for note in notes for text in wrap(note, width)][: height // 3]
        above = self._bars(state, width)
        return [
            *above,
            *place_chart(
                memory_table(state, self.glyphs),
                TABLE_WIDTH,
                width,
                height - len(above) - len(below),
                lambda columns, rows: self._chart(state, columns, rows),
            ),
            *below,
        ]

    def cursor_line(self, state: RunState, at_s: float) -> Line:
        """Memory of each lane and of others then."""
        return cursor_figures(at_s, self._curves(state), format.size)

    def _curves(self, state: RunState) -> list[tuple[str, Tone, SeriesView]]:
        lanes = [
            (lane.upper(), LANE_TONE[lane], state.lanes[lane].memory_series)
            for lane in figures.lanes_of(state)
        ]
        return [*lanes, ("others", "others", state.others_memory_series)]

    def _bars(self, state: RunState, width: int) -> list[Line]:
        """One bar for the device; where each lane has a MIG instance of its own, one for each."""
        if state.lane_devices:
            bars = [
                self._bar([self._part(state, lane)], figures.capacity_bytes(state, lane), width)
                for lane in figures.lanes_of(state)
            ]
            return [bar for bar in bars if bar]
        parts = [self._part(state, lane) for lane in figures.lanes_of(state)]
        rest = figures.others_bytes(state)
        if rest is None and not figures.told_apart(state) and state.reading is not None:
            parts, rest = [], state.reading.memory_used_bytes
        parts.append((rest or 0, self.glyphs.bar_others, "others"))
        bar = self._bar(parts, figures.capacity_bytes(state), width)
        return [bar] if bar else []

    def _part(self, state: RunState, lane: Lane) -> tuple[float, str, Tone]:
        return (state.lanes[lane].memory_bytes or 0, self.glyphs.bar(lane), LANE_TONE[lane])

    def _bar(self, parts: list[tuple[float, str, Tone]], capacity: int | None, width: int) -> Line:
        return stacked_bar(parts, capacity, width, (self.glyphs.bar_free, "faint")) if capacity else ()

    def _chart(self, state: RunState, width: int, height: int) -> list[Line]:
        capacity = figures.capacity_bytes(state)
        *lanes, others = self._curves(state)  # what is drawn first lies beneath
        shown = [(tone, view) for _, tone, view in (others, *lanes) if len(view)]
        if not shown:
            return []
        highest = max(max(view.high) for _, view in shown)
        # the whole device where the lanes fill a fair part of it, else as much as they need
        top = bytes_ceiling(highest)
        axis = bytes_axis(capacity if capacity and (highest > 0.4 * capacity or top > capacity) else top)
        return draw_over_time(
            width,
            height,
            [Curve(view.t, view.low, view.high, tone, tone == "b", tone == "others") for tone, view in shown],
            state=state,
            view=self.time_view,
            y=axis,
            marker=self.marker,
        )


def _is_mig(state: RunState) -> bool:
    return bool(state.lane_devices) or state.device.mig_of is not None
