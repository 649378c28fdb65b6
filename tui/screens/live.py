"""The run as it goes: both lanes, their memory, utilisation and loss."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Footer, Static

from training.analysis.state import ENDED_PHASES, LanePhase, RunState
from training.plan import LANES, Lane, Plan
from tui.screens.confirm import ConfirmScreen
from tui.screens.house_screen import HouseScreen
from tui.screens.live_messages import (
    LeaveAsked,
    PauseAsked,
    PeriodChosen,
    ReportAsked,
    ResumeAsked,
    StopAsked,
)
from tui.screens.live_questions import leave_question, stop_question
from tui.screens.log import LogScreen
from tui.widgets.device_panel import DevicePanel
from tui.widgets.event_list import EventList
from tui.widgets.glyphs import Marker
from tui.widgets.lane_card import LaneCard
from tui.widgets.lines import LinesWidget
from tui.widgets.loss_panel import LossPanel
from tui.widgets.memory_panel import MemoryPanel
from tui.widgets.panel import Panel
from tui.widgets.run_header import RunHeader
from tui.widgets.tab_line import TabLine
from tui.widgets.utilization_panel import UtilizationPanel
from tui.widgets.warning_lines import WarningLines

PANELS = ("loss", "memory", "utilisation", "events", "device")
PERIODS_S = (0.5, 1.0, 2.0, 5.0, 10.0)
_PANEL_IDS = ("loss", "memory", "utilization", "events", "device")
_ACTING = frozenset({"pause", "stop", "period"})
_PAUSABLE: frozenset[LanePhase] = frozenset({"training", "validating", "paused"})


class LiveScreen(HouseScreen):
    """Shows one run. `show` takes each new state; what is asked leaves as a message."""

    CSS_PATH = "live.tcss"
    AUTO_FOCUS = "#loss"

    HELP = """# The live screen

Both trainings on one device. Keys act on the chosen lane (**a**, **b**); numbers choose a panel,
**z** shows it alone.
Leaving detaches: the run goes on, and `dualtrain-tui attach` comes back to it.
"""

    # the class of the last bound reached
    WIDTHS = ((0, "-narrow"), (140, "-wide"))
    HEIGHTS = ((0, "-low"), (20, ""), (28, "-high"), (46, "-highest"))

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "choose('a')", "Lane A", show=False, tooltip="Keys act on lane A"),
        Binding("b", "choose('b')", "Lane B", show=False, tooltip="Keys act on lane B"),
        Binding("enter", "report", "Report", key_display="⏎", tooltip="The report of an ended run"),
        Binding("r", "again", "Run again", tooltip="Run the pair of an ended run again (asks how)"),
        Binding("p", "pause", "Pause", tooltip="Pause or resume the chosen lane; it keeps its memory"),
        Binding("x", "stop", "Stop", tooltip="Stop the chosen lane (asks)"),
        Binding("g", "log", "Log", tooltip="The chosen lane's log"),
        Binding("z", "zoom", "Zoom", tooltip="This panel alone, and back"),
        Binding("y", "log_axis", "Axis", tooltip="Linear or logarithmic loss axis"),
        Binding("t", "time_axis", "Steps or time", show=False, tooltip="Loss against steps or time"),
        Binding("m", "metric", "Metric", show=False, tooltip="The next metric"),
        *(
            Binding(
                str(number),
                f"panel({number - 1})",
                name.capitalize(),
                show=False,
                tooltip=f"The {name} panel",
            )
            for number, name in enumerate(PANELS, 1)
        ),
        Binding("tab", "next_panel(1)", "Next panel", show=False),
        Binding("shift+tab", "next_panel(-1)", "Panel before", show=False),
        Binding("left_square_bracket", "period(-1)", "More often", show=False, tooltip="Refresh more often"),
        Binding("right_square_bracket", "period(1)", "Less often", show=False, tooltip="Refresh less often"),
        Binding("space", "hold", "Hold", show=False, tooltip="Hold the picture, or follow the run again"),
        Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="Help for this panel"),
        Binding("colon", "app.command_palette", "Palette", show=False, tooltip="Every command"),
        Binding("q", "leave", "Leave", tooltip="Leave; asks while the run is live"),
        Binding("escape", "back", "Back", show=False),
    ]

    def __init__(self, state: RunState, *, plan: Plan | None = None, marker: Marker = "braille") -> None:
        super().__init__()
        self._state = state
        self._shown_state = state
        self._plan = plan
        self._marker = marker
        self._lane: Lane = next((lane for lane in LANES if lane in state.lanes), "a")
        self._panel = 0
        self._held = False
        self._period_s = 1.0
        self._possible: tuple[object, ...] = ()
        self._question: ConfirmScreen | None = None

    @property
    def chosen_lane(self) -> Lane:
        """The lane that keys act on."""
        return self._lane

    @property
    def state(self) -> RunState:
        """The newest state, whether or not the picture is held."""
        return self._state

    def compose(self) -> ComposeResult:
        """Everything, once; stylesheet classes say what is seen."""
        yield RunHeader(id="header")
        yield WarningLines(id="warnings")
        yield Static(Content("terminal too small: dualtrain needs 60 × 16"), id="small", markup=False)
        with Container(id="body"):
            yield LaneCard("a", id="card-a")
            yield LaneCard("b", id="card-b")
            yield TabLine(PANELS, id="tabs")
            yield EventList(id="events", classes="panel")
            yield LossPanel(id="loss", classes="panel")
            yield MemoryPanel(id="memory", classes="panel")
            yield UtilizationPanel(id="utilization", classes="panel")
            yield DevicePanel(id="device", classes="panel")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Draw what was given at the start."""
        for widget in self.query(LinesWidget):
            widget.marker = self._marker
        self._mark_choices()
        self.show(self._state)

    def on_resize(self, event: events.Resize) -> None:
        """Arrange for the size; the warnings' room depends on it."""
        super().on_resize(event)
        if self.is_mounted:
            self._show_header()

    def on_screen_resume(self) -> None:
        """Another screen was on top: draw what happened meanwhile."""
        if self.is_mounted:
            self.show(self._state)

    def show(self, state: RunState) -> None:
        """Take a new state; painted at once unless the picture is held or another screen is on top."""
        self._state = state
        if not state.is_live and self._question is not None and self._question.is_current:
            self._question.dismiss(None)  # there is nothing left to decide
        if not self.is_mounted or not self.is_active:
            return
        with self.app.batch_update():
            if not self._held:
                self._shown_state = state
                for panel in self.query(Panel):
                    panel.show(state)
            self._show_header()
        self._refresh_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done now, hide what cannot be done any more."""
        if action == "report":
            return self._state.phase == "ended"
        if action == "again":
            return not self._state.is_live
        if action in _ACTING and not self._state.is_live:
            return False
        lane = self._state.lanes.get(self._lane)
        if action == "pause":
            return True if lane is not None and lane.phase in _PAUSABLE else None
        if action == "stop":
            return True if lane is not None and lane.phase not in ENDED_PHASES else None
        return super().check_action(action, parameters)

    def action_choose(self, lane: Lane) -> None:
        """Make a lane the one keys act on."""
        if lane in self._state.lanes:
            self._lane = lane
            self._mark_choices()
            self._refresh_keys()

    def action_panel(self, index: int) -> None:
        """Show and focus a panel."""
        self._panel = index
        self._mark_choices()
        self.query_one(f"#{_PANEL_IDS[index]}").focus()

    def action_next_panel(self, by: int) -> None:
        """The panel after, or before."""
        self.action_panel((self._panel + by) % len(PANELS))

    def action_zoom(self) -> None:
        """One panel alone, and back."""
        self.toggle_class("-zoom")

    def action_back(self) -> None:
        """Out of the zoom, else leave."""
        if self.has_class("-zoom"):
            self.action_zoom()
        elif not self._state.is_live:
            self.action_leave()

    def _mark_choices(self) -> None:
        for lane in LANES:
            self.query_one(f"#card-{lane}", LaneCard).choose(lane == self._lane)
        for index, name in enumerate(_PANEL_IDS):
            self.query_one(f"#{name}").set_class(index == self._panel, "-shown")
        self.set_class(_PANEL_IDS[self._panel] == "device", "-device")
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

    def action_hold(self) -> None:
        """Hold the picture still, or follow the run again."""
        self._held = not self._held
        self.show(self._state)

    def action_period(self, by: int) -> None:
        """Refresh more or less often."""
        index = min(max(PERIODS_S.index(self._period_s) + by, 0), len(PERIODS_S) - 1)
        self._period_s = PERIODS_S[index]
        self._show_header()
        self.post_message(PeriodChosen(self._period_s))

    def _show_header(self) -> None:
        self.query_one(RunHeader).show(self._state, held=self._held, period_s=self._period_s)
        self.query_one(WarningLines).show(self._state, self.size)

    def _refresh_keys(self) -> None:
        held = self._state.lanes.get(self._lane)
        possible = (self._state.phase, self._lane, held.phase if held else None)
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def action_pause(self) -> None:
        """Pause the chosen lane, or resume it."""
        paused = self._state.lanes[self._lane].phase == "paused"
        self.post_message(ResumeAsked(self._lane) if paused else PauseAsked(self._lane))

    def action_stop(self) -> None:
        """Stop the chosen lane, once confirmed."""
        lane = self._lane
        self._ask(stop_question(self._state, lane), {"stop": StopAsked(lane)})

    def action_log(self) -> None:
        """The chosen lane's log."""
        title = f"log of lane {self._lane.upper()}"
        self.app.push_screen(LogScreen(Path(self._state.folder) / f"{self._lane}.log", title=title))

    def action_report(self) -> None:
        """The report."""
        self.post_message(ReportAsked())

    def action_again(self) -> None:
        """The pair again, once it is said how."""
        if self._plan is not None:
            from tui.screens.retry import RunAgain

            RunAgain(self._plan, self._state).ask(self)

    def action_leave(self) -> None:
        """Leave at once where nothing is live, else ask how."""
        if not self._state.is_live:
            self.post_message(LeaveAsked("close"))
            return

        self._ask(leave_question(self._state), {"detach": LeaveAsked("detach"), "stop": LeaveAsked("stop")})

    def _ask(self, question: ConfirmScreen, leads_to: Mapping[str, Message]) -> None:
        def answered(answer: str | None) -> None:
            self._question = None
            if answer is not None and answer in leads_to:
                self.post_message(leads_to[answer])

        self._question = question
        self.app.push_screen(question, answered)
