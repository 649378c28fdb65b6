"""The runs there are: a place to come back to, where each can be opened or deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import WorkerState, get_current_worker

from training.analysis.run_listing import ListedRun, RunListing
from training.record.run_folder import RunFolder
from training.record.run_removal import RunKeptError, remove_run, why_kept
from training.record.wall_time import now_here
from tui.background import AbandonedError, abandonable
from tui.screens.house_screen import HouseScreen, Steps
from tui.screens.live_messages import LeaveAsked, NewRunAsked
from tui.screens.runs_messages import BackAsked, RunChosen, RunRemoved, RunsRead, RunsUnread
from tui.screens.runs_questions import delete_question
from tui.widgets.key_line import KeyLine
from tui.widgets.run_details import RunDetails
from tui.widgets.run_rows import RunRow, run_rows
from tui.widgets.run_table import RunTable

READ_EVERY_S = 2.0
"""A look costs a few stats for each run that stands still."""
_READ = "read"


class RunsScreen(HouseScreen):
    """A table of the runs, read again while it is shown; what is chosen leaves as a message."""

    CSS_PATH = "runs.tcss"
    AUTO_FOCUS = "RunTable"

    HELP = """# The runs

Every run there is, live ones first, then the newest. **Enter** opens one: a live run's screen as it goes, else its
curves, with the report a key away. **/** filters by name, preset, state, sharing, verdict, date or machine.

**d** deletes a run that is over with its trained models, once you say so; what was measured stays for forecasts.
`dualtrain-tui runs prune` deletes many, `dualtrain-tui runs list` lists benches as well.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_run", "New run", tooltip="Choose two presets for a new run"),
        Binding("question_mark,f1", "help", "Help", key_display="?", tooltip="What stands here"),
        Binding("escape", "back", "Back", key_display="esc", tooltip="Back to where you came from"),
        Binding("q", "leave", "Quit", tooltip="Leave dualtrain; runs go on"),
        Binding("colon", "app.command_palette", "Palette", key_display=":", tooltip="Every command"),
    ]

    HEIGHTS: ClassVar[Steps] = ((0, "-low"), (20, ""))

    def __init__(
        self,
        listing: RunListing | None = None,
        *,
        now: Callable[[], datetime] = now_here,
        remove: Callable[[RunFolder], None] = remove_run,
        read_every_s: float = READ_EVERY_S,
        readonly: bool = False,
    ) -> None:
        super().__init__()
        self._listing = listing or RunListing()
        self._now = now
        self._remove = remove
        self._read_every_s = read_every_s
        self._readonly = readonly
        self._runs: tuple[ListedRun, ...] | None = None
        self._deleting: set[str] = set()
        self._problem = ""
        self._problem_of: str | None = None
        """The run that was highlighted when it came up: it goes away with the highlight."""
        self._is_unread = False
        self._shown: tuple[object, ...] = ()
        self._has_run = False

    def compose(self) -> ComposeResult:
        """Everything, once; stylesheet classes say what is seen."""
        self.take_size_classes(self.app.size)
        yield RunTable(id="runs")
        yield RunDetails(id="told")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Paint first, then read, and read again now and then."""
        self.call_after_refresh(self._look)
        self.set_interval(self._read_every_s, self._look)

    def on_screen_resume(self) -> None:
        """Back from a run or a question: what may have changed meanwhile is read at once."""
        if self._runs is not None:
            self._look()

    def show_problem(self, text: str) -> None:
        """Say in one line why something led to nothing."""
        self._problem = " ".join(text.split())
        self._problem_of = self._highlighted
        self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to open or delete where no run is highlighted."""
        if action == "delete" and self._readonly:
            return False
        if action in ("open", "delete"):
            return True if self._row is not None else None
        return super().check_action(action, parameters)

    # Reading, in a thread that hands over messages

    def _look(self) -> None:
        busy = (WorkerState.PENDING, WorkerState.RUNNING)
        # A disk that takes its time is not asked again meanwhile, and nobody looks at what lies under another screen.
        if self.is_active and not any(
            worker.node is self and worker.group == _READ and worker.state in busy for worker in self.workers
        ):
            self._read()

    @work(thread=True, group=_READ, exit_on_error=False)
    def _read(self) -> None:
        worker = get_current_worker()
        try:
            runs = abandonable(self._listing.read, lambda: worker.is_cancelled)
            self.post_message(RunsRead(tuple(runs)))
            sized = abandonable(lambda: self._listing.sized(runs), lambda: worker.is_cancelled)
            self.post_message(RunsRead(tuple(sized)))
        except AbandonedError:
            return
        except Exception as error:  # noqa: BLE001 - said on the screen, which goes on
            self.post_message(RunsUnread(f"the runs cannot be listed: {error}"))

    @on(RunsRead)
    def _runs_read(self, message: RunsRead) -> None:
        self._runs = message.runs
        if self._is_unread:
            self._is_unread, self._problem = False, ""
        self._show()

    @on(RunsUnread)
    def _runs_unread(self, message: RunsUnread) -> None:
        self._is_unread = True
        self.show_problem(message.why)

    # Keys

    def action_open(self) -> None:
        """Open the highlighted run."""
        row = self._row
        if row is not None and row.key not in self._deleting:
            self._problem = ""
            self.post_message(RunChosen(row.key))

    def action_delete(self) -> None:
        """Delete the highlighted run, once confirmed; one that goes on is left alone, and it is said why."""
        row = self._row
        if row is None or row.key in self._deleting or self._readonly:
            return
        kept = why_kept(RunFolder.at(row.key))
        if kept:
            self.show_problem(f"run {row.run.run} {kept}")
            return
        self.show_problem("")

        def answered(answer: str | None) -> None:
            if answer == "delete":
                self._deleting.add(row.key)
                self._show()
                self._delete(Path(row.key))

        self.app.push_screen(delete_question(row.run, row.age), answered)

    @work(thread=True, group="delete", exit_on_error=False)
    def _delete(self, path: Path) -> None:
        problem = ""
        try:
            self._remove(RunFolder(path))
        except RunKeptError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - said on the screen, where the run still stands
            problem = f"{path} cannot be deleted: {error}"
        self.post_message(RunRemoved(str(path), problem))

    @on(RunRemoved)
    def _removed(self, message: RunRemoved) -> None:
        self._deleting.discard(message.folder)
        if not message.problem:
            self._runs = tuple(run for run in self._runs or () if run.folder != message.folder)
        self.show_problem(message.problem)
        self._look()

    def action_new_run(self) -> None:
        """On to a new run."""
        self.post_message(NewRunAsked())

    def action_back(self) -> None:
        """Back to where one came from."""
        self.post_message(BackAsked(self))

    def action_leave(self) -> None:
        """Leave: what is live goes on."""
        self.post_message(LeaveAsked("close"))

    # Showing

    @property
    def _row(self) -> RunRow | None:
        return self.query_one(RunTable).picked if self.is_mounted else None

    @property
    def _highlighted(self) -> str | None:
        row = self._row
        return row.key if row is not None else None

    @on(RunTable.Moved)
    def _moved(self) -> None:
        if not self._is_unread and self._problem_of != self._highlighted:
            self._problem = ""
        self.query_one(RunDetails).show(self._row, self._problem)
        if self._has_run != (self._row is not None):
            self._has_run = self._row is not None
            self.refresh_bindings()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        now = self._now()
        shown = (self._runs, frozenset(self._deleting), now.replace(second=0, microsecond=0))
        if self._runs is not None and shown != self._shown:
            self._shown = shown
            self.query_one(RunTable).show(run_rows(self._runs, now, self._deleting))
        self.query_one(RunDetails).show(self._row, self._problem)
