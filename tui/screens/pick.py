"""Two presets, a device, a way to share it: what is picked here is what is launched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from training.plan import LANES, SHARINGS, Lane, Sharing
from tui.screens.pick_describing import Describing
from tui.screens.pick_findings import Findings
from tui.screens.pick_foot import PickFoot
from tui.screens.pick_keys import PICK_HELP, PICK_KEYS
from tui.screens.pick_knowledge import PickKnowledge
from tui.screens.pick_messages import (
    Checked,
    Described,
    DevicesRead,
    EarlierRead,
    LaunchAsked,
    Pair,
    PresetsRead,
    ReadFailed,
)
from tui.screens.pick_reading import PickReader
from tui.screens.pick_sources import PickSources
from tui.screens.stops_screen import StopsScreen
from tui.widgets.device_lines import DeviceChoice, DeviceLines
from tui.widgets.forecast_lines import ForecastLines
from tui.widgets.key_line import KeyLine
from tui.widgets.launch_line import LaunchLine
from tui.widgets.preset_details import PresetDetails
from tui.widgets.preset_list import PresetList

if TYPE_CHECKING:
    from training.preset_library import PresetEntry
    from tui.screens.devices import DeviceTaken

DEFAULT_PICKS: Mapping[Lane, str] = {"a": "seed-binary", "b": "seed-regression"}
REST_S = 0.7
"""How long the highlight rests before a description is asked for: it costs a process some seconds of CPU."""


class PickScreen(StopsScreen):
    """Two lists, the details of what is highlighted, and a line that launches the pair."""

    CSS_PATH = "pick.tcss"
    AUTO_FOCUS = "#list-a"

    HELP = PICK_HELP

    # the class of the last bound reached
    WIDTHS = ((0, "-narrow"), (140, "-wide"))
    HEIGHTS = ((0, "-low"), (20, ""), (30, "-high"), (46, "-highest"))

    BINDINGS: ClassVar[list[BindingType]] = PICK_KEYS

    STOPS = ("list-a", "list-b", "launch")

    def __init__(
        self,
        sources: PickSources | None = None,
        *,
        picks: Mapping[Lane, str] = DEFAULT_PICKS,
        device: str = "auto",
        sharing: Sharing = "together",
        rest_s: float = REST_S,
    ) -> None:
        super().__init__()
        self._sources = sources or PickSources()
        self._reader = PickReader(self, self._sources)
        self._wanted: dict[Lane, str] = {**DEFAULT_PICKS, **picks}
        self._asked_device = device
        self._sharing: Sharing = sharing
        self._knowledge = PickKnowledge()
        self._looked_at: Lane = "a"
        self._describing = Describing(
            self,
            self._reader,
            self._knowledge,
            lambda: self._knowledge.worth_describing(self._picked, self._looked_at, self._choice),
            rest_s,
        )
        self._findings = Findings(self, self._reader, rest_s)
        self._launch_when_read = False
        self._foot = PickFoot(self, self._knowledge, self._findings)
        self._has_read = False
        self._picks_before = self.picks

    @property
    def picks(self) -> dict[Lane, str]:
        """The reference of what each lane would train."""
        found = {lane: self._list(lane).picked for lane in LANES} if self.is_mounted else {}
        return {lane: one.reference if (one := found.get(lane)) else self._wanted[lane] for lane in LANES}

    def show_problem(self, text: str) -> None:
        """Say in one line why the launch led to nothing; the picks stay."""
        self._foot.is_launching = False
        self._foot.problem = " ".join(text.split())
        if self.is_mounted:
            self._show_offer()

    def compose(self) -> ComposeResult:
        """Everything, once; stylesheet classes say what is seen."""
        # Before there is anything to style: each change of them later styles the whole screen again.
        self.take_size_classes(self.app.size)
        yield Static("Pick two trainings: they will share one device.", id="intro", markup=False)
        yield DeviceLines(id="device")
        with Container(id="body"):
            yield PresetList("a", id="list-a")
            yield PresetList("b", id="list-b")
            yield PresetDetails(id="details")
        yield ForecastLines(id="forecast")
        yield LaunchLine(id="launch")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Paint first, then read: the first paint waits for no disk and no driver."""
        self._show_device()
        self.call_after_refresh(self._read_everything)

    def on_screen_resume(self) -> None:
        """Back from a run or a dialogue: what may have changed meanwhile is read again."""
        if self._has_read:
            self._show_offer()
            self._read_everything()

    def on_screen_suspend(self) -> None:
        """Nothing is computed for a screen that nobody sees, least of all beside a training."""
        self._foot.is_launching = False
        self._describing.stop()
        self._findings.stop()

    # Reading, in threads that hand over messages

    def _read_everything(self) -> None:
        self._has_read = True
        self._reader.read_everything()

    @on(PresetsRead)
    def _presets_read(self, message: PresetsRead) -> None:
        self._knowledge.descriptions.update(message.descriptions)
        picks = self.picks
        with self.app.batch_update():
            for lane in LANES:
                self._list(lane).show(message.entries, picks[lane])
            self._show_details()
        if self._launch_when_read:
            self._launch_when_read = False
            self._launch()

    @on(DevicesRead)
    def _devices_read(self, message: DevicesRead) -> None:
        self._knowledge.listing = message.listing
        self._show_device(anew=True)

    @on(Checked)
    def _checked(self, message: Checked) -> None:
        self._findings.take(message)
        self._show_device()

    @on(EarlierRead)
    def _earlier_read(self, message: EarlierRead) -> None:
        self._knowledge.experience = message.experience
        self._show_device(anew=True)

    @on(ReadFailed)
    def _read_failed(self, message: ReadFailed) -> None:
        self.show_problem(message.why)

    @on(Described)
    def _described(self, message: Described) -> None:
        self._describing.take(message)
        self._show_device(anew=True)

    # Keys

    def action_go_to(self, stop: str) -> None:
        """One list, or the launch line."""
        self._launch_when_read = False
        super().action_go_to(stop)

    def action_take(self) -> None:
        """Take what is highlighted and move on; on the launch line, launch."""
        focused = self.focused
        if not isinstance(focused, PresetList):
            self._launch()
            return
        refused = focused.refusal
        if refused:
            self.show_problem(refused)
            return
        self._foot.problem = None
        focused.end_filter()
        self.action_go(1)

    def action_device(self) -> None:
        """Choose among the devices of this machine."""
        from tui.screens.devices import DevicesScreen

        self._launch_when_read = False
        screen = DevicesScreen(self._sources, self._knowledge.listing, self._asked_device)
        self.app.push_screen(screen, self._device_taken)

    def _device_taken(self, taken: DeviceTaken | None) -> None:
        if taken is not None:
            self._asked_device, self._knowledge.listing = taken.request, taken.listing
            self._foot.problem = None
            self._show_device()

    def action_checks(self) -> None:
        """What was looked at before a launch."""
        self.app.push_screen(self._findings.question(self._sharing))

    def action_sharing(self) -> None:
        """The next way of sharing; after the last comes the first."""
        self._sharing = SHARINGS[(SHARINGS.index(self._sharing) + 1) % len(SHARINGS)]
        self._show_device()

    # Launching

    def _launch(self, *, force_fit: bool = False) -> None:
        if self._foot.is_launching:
            return
        if not all(self._list(lane).is_read for lane in LANES):
            # Three quick presses of Enter are done before the disk is.
            self._launch_when_read = True
            return
        refused = next((why for lane in LANES if (why := self._list(lane).refusal)), self._choice.problem)
        if refused:
            self.show_problem(refused)
            return
        question = None if force_fit else self._findings.fit_question(self._sharing)
        if question is not None:
            self.app.push_screen(question, self._fit_answered)
            return
        from training.launch import LaunchRequest

        self._describing.stop()
        self._findings.stop()
        self._foot.problem, self._foot.is_launching = None, True
        self._show_offer()
        request = LaunchRequest(self.picks, self._choice.request, self._sharing, force_fit=force_fit)
        self.post_message(LaunchAsked(request))

    def _fit_answered(self, answer: str | None) -> None:
        if answer == "launch":
            self._launch(force_fit=True)

    # Showing

    @property
    def _choice(self) -> DeviceChoice:
        return self._knowledge.choice(self._asked_device)

    @property
    def _picked(self) -> dict[Lane, PresetEntry | None]:
        return {lane: self._list(lane).picked for lane in LANES}

    def _list(self, lane: Lane) -> PresetList:
        return self.query_one(f"#list-{lane}", PresetList)

    @on(PresetList.Moved)
    def _moved(self) -> None:
        focused = self.focused
        if isinstance(focused, PresetList):
            self._looked_at = focused.lane
        if self.picks != self._picks_before:
            self._picks_before = self.picks
            self._foot.problem = None
        self._show_details()
        self._show_offer()

    def _show_details(self) -> None:
        picked = self._list(self._looked_at).picked
        self.query_one(PresetDetails).show(self._knowledge.known(self._looked_at, picked, self._choice))
        self._describing.let_rest(self._show_details)

    def _show_device(self, *, anew: bool = False) -> None:
        self.query_one(DeviceLines).show(self._choice, self._sharing, self._findings.why_not())
        self._show_details()
        self._show_offer(anew=anew)

    def _show_offer(self, *, anew: bool = False) -> None:
        self._findings.look(Pair(self.picks, self._choice.request), self._knowledge.listing, anew=anew)
        self._foot.show(self._picked, self._choice, self._sharing)
