"""The run as it goes: both lanes, their memory, utilisation and loss."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Footer

from training.analysis.state import RunState
from training.plan import LANES, Lane, Plan
from tui.screens.live_asking import AskingScreen
from tui.screens.live_keys import LIVE_KEYS, PANEL_IDS, PANELS
from tui.screens.live_messages import PeriodChosen
from tui.screens.live_possible import is_elsewhere
from tui.screens.runs_messages import BackAsked
from tui.widgets.contention_panel import ContentionPanel
from tui.widgets.contention_strip import OFFERED, ContentionStrip
from tui.widgets.device_panel import DevicePanel
from tui.widgets.event_list import EventList
from tui.widgets.lane_card import LaneCard
from tui.widgets.loss_panel import LossPanel, metrics_of
from tui.widgets.memory_panel import MemoryPanel
from tui.widgets.panel import Panel
from tui.widgets.run_header import RunHeader
from tui.widgets.tab_line import TabLine
from tui.widgets.time_view import TimeView
from tui.widgets.utilization_panel import UtilizationPanel
from tui.widgets.warning_lines import WarningLines

PERIODS_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_STAND_INS = ("device", "contention")
"""Panels that take another's place while they are chosen, where all the others stand at once."""


class LiveScreen(AskingScreen):
    """Shows one run. `show` takes each new state; what is asked leaves as a message."""

    CSS_PATH = "live.tcss"
    AUTO_FOCUS = "#loss"

    HELP = """# The live screen

Both trainings on one device. Keys act on the chosen lane (**a**, **b**); numbers choose a panel,
**z** shows it alone.

Under the header stands what the two do to each other. **c** measures it now: one lane stands still while the other is
timed. **s** changes the sharing, **n** joins another preset where there is room for one.

All panels have one axis of time. **+** and **-** zoom it; left and right read every panel at one moment, space comes
back to now. Signs on it: ┴ epoch, ◇ validation, ▪ checkpoint, ‖ pause, ! failed, ? loss not a number, ▼ clocks held
down, ▲ △ where A or B was timed alone.

Leaving detaches: the run goes on, and `dualtrain-tui attach` comes back to it. **Escape** goes back to the runs where
this one was opened out of them, and from a run that is over to whatever screen you came from.
"""

    # the class of the last bound reached
    WIDTHS = ((0, "-narrow"), (140, "-wide"))
    HEIGHTS = ((0, "-low"), (20, ""), (28, "-high"), (46, "-highest"))

    BINDINGS: ClassVar[list[BindingType]] = LIVE_KEYS

    def __init__(
        self,
        state: RunState,
        *,
        plan: Plan | None = None,
        period_s: float = 1.0,
        readonly: bool = False,
    ) -> None:
        super().__init__(state, plan, readonly=readonly)
        self._panel = 0
        self._held = False
        self._time_view = TimeView()
        self._looks_on = False
        self._period_s = period_s

    def compose(self) -> ComposeResult:
        """Everything, once; stylesheet classes say what is seen."""
        yield RunHeader(id="header")
        yield WarningLines(id="warnings")
        yield ContentionStrip(id="strip")
        with Container(id="body"):
            yield LaneCard("a", id="card-a")
            yield LaneCard("b", id="card-b")
            yield TabLine(PANELS, id="tabs")
            yield EventList(id="events", classes="panel")
            yield LossPanel(id="loss", classes="panel")
            yield MemoryPanel(id="memory", classes="panel")
            yield UtilizationPanel(id="utilization", classes="panel")
            yield ContentionPanel(id="contention", classes="panel")
            yield DevicePanel(id="device", classes="panel")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Draw what was given at the start."""
        self._mark_choices()
        self._paint()

    def on_resize(self, event: events.Resize) -> None:
        """Arrange for the size; the warnings' room depends on it."""
        super().on_resize(event)
        if self.is_mounted:
            self._show_header()

    def on_screen_resume(self) -> None:
        """Another screen was on top: draw what happened meanwhile."""
        if self.is_mounted:
            self._paint()

    def show(self, state: RunState, *, looks_on: bool = False) -> None:
        """Take a new state; painted at once unless the picture is held or another screen is on top.

        `looks_on` says that lanes of a lost run may still tell how they ended.
        """
        self._looks_on = looks_on
        self.take_state(state)
        self._paint()

    def _paint(self) -> None:
        if not self.is_mounted or not self.is_active:
            return
        state = self._state
        with self.app.batch_update():
            if not self._held:
                offered = frozenset(action for action in OFFERED if self.check_action(action, ()))
                self.query_one(ContentionStrip).show(state, offered)
                for panel in self.query(Panel):
                    panel.show(state)
            self._show_header()
        self.refresh_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A picture that stands still anyway is not held, and a refresh goes no further than its bounds."""
        match action, parameters:
            case "hold", _ if not self._held and self._time_view.follows and not self._state.is_live:
                return False
            case "period", (int(by),) if self._period_after(by) == self._period_s:
                return None if self._state.is_live else False
            case "zoom_time", (int(by),) if (
                self._time_view.zoomed(by, self._state.elapsed_s) == self._time_view
            ):
                return None
            case "metric", _ if len(metrics_of(self._state)) < 2:
                return None
        return super().check_action(action, parameters)

    def action_choose(self, lane: Lane) -> None:
        """Make a lane the one keys act on."""
        if lane in self._state.lanes:
            self._lane = lane
            self._mark_choices()
            self.refresh_keys()

    def action_panel(self, index: int) -> None:
        """Show and focus a panel."""
        self._panel = index
        self._mark_choices()
        self.query_one(f"#{PANEL_IDS[index]}").focus()

    def action_next_panel(self, by: int) -> None:
        """The panel after, or before."""
        self.action_panel((self._panel + by) % len(PANELS))

    def action_zoom(self) -> None:
        """One panel alone, and back."""
        self.toggle_class("-zoom")

    def action_back(self) -> None:
        """Out of what is read back there, out of the zoom, else to where one came from."""
        if not self._time_view.follows:
            self._look_at(self._time_view.followed())
        elif self.has_class("-zoom"):
            self.action_zoom()
        else:
            self.post_message(BackAsked(self))

    def _mark_choices(self) -> None:
        for lane in LANES:
            self.query_one(f"#card-{lane}", LaneCard).choose(lane == self._lane)
        for index, name in enumerate(PANEL_IDS):
            self.query_one(f"#{name}").set_class(index == self._panel, "-shown")
        for name in _STAND_INS:
            self.set_class(PANEL_IDS[self._panel] == name, f"-{name}")
        self.query_one(TabLine).show(self._panel)

    def action_log_axis(self) -> None:
        """Linear or logarithmic."""
        self.query_one(LossPanel).toggle_log()

    def action_time_axis(self) -> None:
        """Steps or time."""
        self.query_one(LossPanel).toggle_time()

    def action_metric(self) -> None:
        """The next metric."""
        self.query_one(LossPanel).next_metric()

    def action_smooth(self) -> None:
        """More even curves, and after the most even ones none."""
        self.query_one(LossPanel).next_smoothing()

    def action_zoom_time(self, by: int) -> None:
        """Less of the run's time on every panel, or more."""
        self._look_at(self._time_view.zoomed(by, self._state.elapsed_s))

    def action_cursor(self, by: int) -> None:
        """The moment that every panel is read at."""
        self._look_at(self._time_view.moved(by, self._state.elapsed_s))

    def action_hold(self) -> None:
        """Hold the picture still, or follow the run again: out of what is read back there too."""
        if not self._time_view.follows:
            self._look_at(self._time_view.followed())
            return
        self._held = not self._held
        self._paint()

    def _look_at(self, time_view: TimeView) -> None:
        self._time_view = time_view
        for panel in self.query(Panel):
            panel.look_at(time_view)
        self.refresh_keys()

    def action_period(self, by: int) -> None:
        """Refresh more or less often."""
        self._period_s = self._period_after(by)
        self._show_header()
        self.post_message(PeriodChosen(self._period_s))

    def _period_after(self, by: int) -> float:
        now_s = self._period_s
        if by > 0:
            return next((period_s for period_s in PERIODS_S if period_s > now_s), now_s)
        return next((period_s for period_s in reversed(PERIODS_S) if period_s < now_s), now_s)

    def _show_header(self) -> None:
        host = self._plan.host if self._plan is not None and is_elsewhere(self._plan) else ""
        self.query_one(RunHeader).show(
            self._state,
            held=self._held,
            period_s=self._period_s,
            elsewhere=host,
            looks_on=self._looks_on,
            readonly=self._readonly,
        )
        self.query_one(WarningLines).show(self._state, self.size)
