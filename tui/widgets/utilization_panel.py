"""Utilisation: how busy each lane and the whole device are, on the fixed range 0..100 %."""

from __future__ import annotations

from training.analysis.series import SeriesView
from training.analysis.state import RunState
from training.plan import Lane
from tui import format
from tui.widgets import figures
from tui.widgets.axis import percent_axis
from tui.widgets.bars import share_bar
from tui.widgets.cursor_text import cursor_figures
from tui.widgets.layout import place_chart
from tui.widgets.panel import Panel
from tui.widgets.probe_signs import with_legend
from tui.widgets.sampling import Curve
from tui.widgets.spans import LANE_TONE, Line, Tone, line, wrap
from tui.widgets.time_chart import draw_over_time

_TABLE_WIDTH = 41
_BAR_COLUMNS = 22
_NAME_COLUMNS = 9
_OLD_S = 3.0
"""A lane's share whose newest sample is older is marked with its age."""


class UtilizationPanel(Panel):
    """Bars now and curves over time for A, B and the device."""

    EMPTY = "Utilisation appears with the second device sample: it needs a span to look at."
    HELP = """## Utilisation

On a CPU: CPU time as a share of all the cores the run may use.

On a GPU a **lane**'s share is the sampled share of time it had work on the multiprocessors (SM), over some seconds. It
is not occupancy: 100 % means "never idle". **Device** is the share of time with any kernel running, however small.
*Unattr.* is the device less the lanes: other processes, and what two ways of measuring differ by. **SM busy** is GPM's,
of the whole device: how many multiprocessors had work. Where the driver does not tell processes apart the panel says
why, and the device stands alone.
"""

    def title_line(self, state: RunState) -> Line:
        """What is measured, on what, and its age where it matters."""
        if figures.is_cpu(state):
            cores = f"{state.cores:g} cores" if state.cores else "all cores"
            told = f" · CPU, percent of {cores}"
        else:
            told = " · SM time share (sampled)"
        return line(("utilisation", "plain"), (told, "muted"), (figures.stale(state), "warning"))

    def subtitle_line(self, state: RunState) -> Line:
        """Scope and source, and the signs on the time axis."""
        lanes = figures.provenance(figures.lanes_figure(state, figures.utilization_name(state)))
        source = lanes
        if lanes and not figures.is_cpu(state):
            source = f"lanes {lanes} · device: any kernel running"
        return with_legend(line((source, "muted")), state, self.glyphs, self.size.width)

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """Bars, then curves beside or below them, then why lanes have none."""
        notes = _notes(state)
        shares = [figures.lane_utilization_percent(state, lane) for lane in figures.lanes_of(state)]
        device = figures.device_utilization_percent(state)
        gpm = state.reading.sm_active_percent if state.reading else None  # on a MIG instance all there may be
        if device is None and gpm is None and all(share is None for share in shares):
            return [line((text, "muted")) for note in notes for text in wrap(note, width)]
        columns = min(_BAR_COLUMNS, width - 19)
        table = [self._lane_row(state, lane, columns) for lane in figures.lanes_of(state)]
        table.append(
            self._row(f"{self.glyphs.line_others} device", "others", self.glyphs.bar_others, device, columns)
        )
        if not figures.is_cpu(state):
            table += self._gpu_rows(state, columns)
        below = [line((text, "warning")) for note in notes for text in wrap(note, width)][: height // 3]
        chart = place_chart(
            table,
            _TABLE_WIDTH,
            width,
            height - len(below),
            lambda columns, rows: self._chart(state, columns, rows),
        )
        return chart + below

    def _lane_row(self, state: RunState, lane: Lane, columns: int) -> Line:
        name = f"{self.glyphs.line(lane)} {lane.upper()}"
        if figures.on_cpu_instead(state, lane) and state.lanes[lane].sm_percent is None:
            told = format.percent(figures.cpu_share_percent(state, lane))
            of = f"{state.cores:g} CPU cores" if state.cores else "the CPU"
            head: Line = line((f"{name:<{_NAME_COLUMNS}} ", LANE_TONE[lane]), f"{format.UNKNOWN:>6} ")
            return (*head, *line((f"on {of}: {told}", "warning")))
        share = figures.lane_utilization_percent(state, lane)
        age_s = None if figures.is_cpu(state) else state.lanes[lane].sm_age_s
        if share is not None and age_s is not None and age_s >= _OLD_S:
            old = f" {age_s:.0f} s old"
            row = self._row(name, LANE_TONE[lane], self.glyphs.bar(lane), share, columns - len(old))
            return (*row, *line((old, "warning")))
        return self._row(name, LANE_TONE[lane], self.glyphs.bar(lane), share, columns)

    def _gpu_rows(self, state: RunState, columns: int) -> list[Line]:
        """What no lane accounts for, and GPM's view of the whole device."""
        rest = figures.unattributed_percent(state)
        rows: list[Line] = []
        if rest is not None:
            rows.append(self._row("  unattr.", "muted", self.glyphs.bar_others, rest, columns))
        if state.others_sm_percent is not None:
            share = format.percent(state.others_sm_percent)
            rows.append(
                line(("  others  ", "muted"), f"{share:>5} ", ("of SM time, not the lanes'", "muted"))
            )
        active = state.reading.sm_active_percent if state.reading else None
        if active is not None:
            rows.append(self._row("  SM busy", "muted", self.glyphs.bar_others, active, columns - 5))
            rows[-1] = (*rows[-1], *line(("  GPM", "muted")))
        return rows

    def _row(self, name: str, tone: Tone, sign: str, share: float | None, columns: int) -> Line:
        bar = share_bar(share, columns, sign, tone, self.glyphs.bar_free)
        return (*line((f"{name:<{_NAME_COLUMNS}} ", tone), f"{format.percent(share):>6} "), *bar)

    def cursor_line(self, state: RunState, at_s: float) -> Line:
        """How busy each lane and the device were then."""
        return cursor_figures(at_s, self._curves(state), format.percent)

    def _curves(self, state: RunState) -> list[tuple[str, Tone, SeriesView]]:
        lanes = [
            (lane.upper(), LANE_TONE[lane], state.lanes[lane].utilization_series)
            for lane in figures.lanes_of(state)
        ]
        whole = state.device_utilization_series or state.sm_active_series  # on MIG only GPM tells
        return [*lanes, ("device", "others", whole)]

    def _chart(self, state: RunState, width: int, height: int) -> list[Line]:
        *lanes, device = self._curves(state)  # what is drawn first lies beneath
        curves = [
            Curve(view.t, view.low, view.high, tone, tone == "b", tone == "others")
            for _, tone, view in (device, *lanes)
            if len(view)
        ]
        if not curves:
            return []
        return draw_over_time(
            width,
            height,
            curves,
            state=state,
            view=self.time_view,
            y=percent_axis(),
            marker=self.marker,
        )


def _notes(state: RunState) -> list[str]:
    """Why there are no figures: of lanes, of the device, or of all of them for one reason."""
    notes = figures.lane_notes(state, figures.utilization_name(state))
    if figures.is_cpu(state):
        return notes
    why = figures.why_missing(figures.figure_of(state, "device.utilization_percent"))
    if why is None:
        return notes
    if len(notes) == 1 and notes[0].endswith(f": {why}"):
        return [f"{notes[0].removesuffix(f': {why}')} and the device: {why}"]
    return [*notes, f"device: {why}"]
