"""Utilisation: how busy each lane and the whole device are, on the fixed range 0..100 %."""

from __future__ import annotations

from training.analysis.state import RunState
from tui import format
from tui.widgets import figures
from tui.widgets.axis import percent_axis, time_axis
from tui.widgets.bars import share_bar
from tui.widgets.layout import place_chart
from tui.widgets.panel import Panel
from tui.widgets.plot import draw_curves
from tui.widgets.sampling import Curve
from tui.widgets.spans import LANE_TONE, Line, Tone, line, wrap

_TABLE_WIDTH = 41
_BAR_COLUMNS = 22


class UtilizationPanel(Panel):
    """Bars now and curves over time for A, B and the device."""

    EMPTY = "Utilisation appears with the second device sample: it needs a span to look at."
    HELP = """## Utilisation

On a CPU: CPU time as a share of all the cores the run may use.
On a GPU: the sampled share of time a lane had work on the device. It is not occupancy: 100 % means
"never idle".
"""

    def title_line(self, state: RunState) -> Line:
        """What is measured, and on what."""
        if figures.is_cpu(state):
            cores = f"{state.cores:g} cores" if state.cores else "all cores"
            return line(("utilisation", "plain"), (f" · CPU, percent of {cores}", "muted"))
        return line(("utilisation", "plain"), (" · SM time share (sampled)", "muted"))

    def subtitle_line(self, state: RunState) -> Line:
        """Scope and source."""
        return line((figures.provenance(figures.utilization_figure(state)), "muted"))

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """Bars, then curves beside or below them."""
        missing = figures.why_missing(figures.utilization_figure(state))
        shares = [figures.lane_utilization_percent(state, lane) for lane in figures.lanes_of(state)]
        device = figures.device_utilization_percent(state)
        if device is None and all(share is None for share in shares):
            return [line((text, "muted")) for text in wrap(missing, width)] if missing else []
        narrow = min(_BAR_COLUMNS, width - 19)
        table = [
            self._row(
                f"{self.glyphs.line(lane)} {lane.upper()}",
                LANE_TONE[lane],
                self.glyphs.bar(lane),
                share,
                narrow,
            )
            for lane, share in zip(figures.lanes_of(state), shares, strict=True)
        ]
        table.append(
            self._row(f"{self.glyphs.line_others} device", "others", self.glyphs.bar_others, device, narrow)
        )
        facts = self._facts(state)
        if facts:
            table.append(line((facts, "muted")))
        if missing:
            table.extend(line((text, "muted")) for text in wrap(f"lanes: {missing}", _TABLE_WIDTH))
        return place_chart(
            table, _TABLE_WIDTH, width, height, lambda columns, rows: self._chart(state, columns, rows)
        )

    def _row(self, name: str, tone: Tone, sign: str, share: float | None, columns: int) -> Line:
        bar = share_bar(share, columns, sign, tone, self.glyphs.bar_free)
        return (*line((f"{name:<9} ", tone), f"{format.percent(share):>6} "), *bar)

    def _facts(self, state: RunState) -> str:
        reading = state.reading
        if reading is None:
            return ""
        facts = [
            f"{reading.power_w:.0f} W" if reading.power_w is not None else "",
            f"{reading.temperature_c:.0f} °C" if reading.temperature_c is not None else "",
            f"SM {reading.sm_clock_mhz} MHz" if reading.sm_clock_mhz is not None else "",
            f"memory {reading.memory_clock_mhz} MHz" if reading.memory_clock_mhz is not None else "",
        ]
        return " · ".join(fact for fact in facts if fact)

    def _chart(self, state: RunState, width: int, height: int) -> list[Line]:
        views = [(LANE_TONE[lane], state.lanes[lane].utilization_series) for lane in figures.lanes_of(state)]
        views.insert(0, ("others", state.device_utilization_series))
        curves = [
            Curve(view.t, view.low, view.high, tone, tone == "b", tone == "others")
            for tone, view in views
            if len(view)
        ]
        if not curves:
            return []
        return draw_curves(
            width,
            height,
            curves,
            x=time_axis(state.elapsed_s, max(2, width // 12)),
            y=percent_axis(),
            marker=self.marker,
        )
