"""What happened: the verdict, each lane, the totals, where everything lies."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer

from training.analysis.report import Report
from training.plan import LANES
from tui.screens.house_screen import HouseScreen, Steps
from tui.screens.live_messages import CurvesAsked, LeaveAsked, NewRunAsked
from tui.screens.retry import RunAgain
from tui.widgets.report_card import ReportCard
from tui.widgets.report_summary import ReportFooter, ReportHeader
from tui.widgets.report_verdict import ReportVerdict


class ReportScreen(HouseScreen):
    """Shows the report of a run that has ended."""

    CSS_PATH = "report.tcss"

    HELP = """# The report

On top the verdict: whether the two together were faster than one after the other would have been, as this run measured.
**STP** is the throughput of both (1 as good as taking turns, 2 no interference), **ANTT** the mean slowdown;
**fairness** is 1 where both suffer alike. The steady speed-up leaves start-up out, the whole one has it in.

What became of each lane, its rate and losses, where the models and the record lie, and what watching cost.
Rates leave warm-up steps out; losses are means of the first and the last epoch.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,n", "new_run", "New run", key_display="⏎", tooltip="Choose two presets again"),
        Binding("r", "again", "Run again", tooltip="Run the pair again (asks how)"),
        Binding("R", "app.runs", "Runs", tooltip="The runs there are, to open or delete"),
        Binding("l,escape", "curves", "Curves", key_display="l", tooltip="Back to the run's curves"),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="What stands here"),
        Binding("colon", "app.command_palette", "Palette", key_display=":", tooltip="Every command"),
        Binding("q", "leave", "Quit", tooltip="Leave dualtrain"),
    ]

    HEIGHTS: ClassVar[Steps] = ((0, "-low"), (20, ""))

    def __init__(
        self, report: Report, folder: Path | str, *, again: RunAgain | None = None, readonly: bool = False
    ) -> None:
        super().__init__()
        self._report = report
        self._folder = str(folder)
        self._again = again
        self._readonly = readonly

    def compose(self) -> ComposeResult:
        """The run and its verdict over its lanes."""
        yield ReportHeader(self._report)
        yield ReportVerdict(self._report)
        with Container(id="lanes"):
            for lane in LANES:
                yield ReportCard(lane, self._report.lanes.get(lane), self._folder)
        yield ReportFooter(self._report, self._folder)
        yield Footer(show_command_palette=False)

    def action_move(self, by: int) -> None:
        """Scroll the lanes where they do not fit."""
        for card in self.query(ReportCard):
            card.move(by)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A run whose plan cannot be read any more is not run again from here; nothing is where one only looks."""
        if action == "new_run" and self._readonly:
            return False
        if action == "again" and self._again is None:
            return False
        return super().check_action(action, parameters)

    def action_new_run(self) -> None:
        """On to another run."""
        self.post_message(NewRunAsked())

    def action_again(self) -> None:
        """The pair again, once it is said how."""
        if self._again is not None:
            self._again.ask(self)

    def action_curves(self) -> None:
        """Back to the curves."""
        self.post_message(CurvesAsked())

    def action_leave(self) -> None:
        """Leave: nothing is live."""
        self.post_message(LeaveAsked("close"))
