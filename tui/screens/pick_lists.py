"""What stands on the pick screen, and how it comes to be known; the keys that change it are `PickScreen`'s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Static

from training.plan import LANES, Lane, Sharing
from training.record.wall_time import now_here
from tui.screens.pick_describing import Describing
from tui.screens.pick_edits import PickEdits
from tui.screens.pick_findings import Findings
from tui.screens.pick_foot import PickFoot, lane_overrides
from tui.screens.pick_knowledge import PickKnowledge
from tui.screens.pick_messages import (
    Checked,
    Described,
    DevicesRead,
    EarlierRead,
    Pair,
    PresetsRead,
    ReadFailed,
)
from tui.screens.pick_order import ordered
from tui.screens.pick_reading import PickReader
from tui.screens.pick_sources import PickSources
from tui.screens.stops_screen import StopsScreen
from tui.widgets.command_line import CommandLine
from tui.widgets.device_lines import DeviceChoice, DeviceLines
from tui.widgets.forecast_lines import ForecastLines
from tui.widgets.key_line import KeyLine
from tui.widgets.launch_line import LaunchLine
from tui.widgets.lines import UNDER_A_SHEET
from tui.widgets.preset_details import PresetDetails
from tui.widgets.preset_list import PresetList
from tui.widgets.preset_order import OrderBy

if TYPE_CHECKING:
    from training.preset_library import PresetEntry

DEFAULT_PICKS: Mapping[Lane, str] = {"a": "seed-binary", "b": "seed-regression"}
REST_S = 0.7
"""How long the highlight rests before a description is asked for: it costs a process some seconds of CPU."""


class PickLists(StopsScreen):
    """Two lists, the details of what is highlighted, and a line that launches the pair."""

    BINDINGS: ClassVar[list[BindingType]] = []

    STOPS = ("list-a", "list-b", "launch")

    def __init__(
        self,
        sources: PickSources | None = None,
        *,
        picks: Mapping[Lane, str] = DEFAULT_PICKS,
        device: str = "auto",
        sharing: Sharing = "together",
        rest_s: float = REST_S,
        now: Callable[[], datetime] = now_here,
    ) -> None:
        super().__init__()
        self._sources = sources or PickSources()
        self._reader = PickReader(self, self._sources)
        self._wanted: dict[Lane, str] = {**DEFAULT_PICKS, **picks}
        self._asked_device = device
        self._sharing: Sharing = sharing
        self._now = now
        self._entries: tuple[PresetEntry, ...] | None = None
        """As their files say; None before they are read."""
        self._named: tuple[PresetEntry, ...] = ()
        """Scripts and programs that were taken by their own names, listed behind the presets."""
        self._edits = PickEdits()
        self._order: OrderBy = "name"
        self._to_pick: dict[Lane, str] = {}
        """References to be highlighted once they are listed."""
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
        self._foot = PickFoot(self, self._knowledge, self._findings)
        self._has_read = False
        self._picks_before = self.picks
        self._could_save = False
        """Whether the key that saves was offered when it was looked at last."""

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
            yield PresetList("a", named=self._sources.named, id="list-a")
            yield PresetList("b", named=self._sources.named, id="list-b")
            yield PresetDetails(id="details")
        yield ForecastLines(id="forecast")
        yield LaunchLine(id="launch")
        yield CommandLine(id="command")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Paint first, then read: the first paint waits for no disk and no driver."""
        self._show_device()
        self.call_after_refresh(self._read_everything)

    def on_screen_resume(self) -> None:
        """Back from a run or a dialogue: what may have changed meanwhile is read again."""
        self._be_under_a_sheet(is_so=False)
        if self._has_read:
            self._show_offer()
            self._read_everything()

    def on_screen_suspend(self) -> None:
        """Nothing is computed for a screen that nobody sees, least of all beside a training.

        What Enter and the other keys do then its foot does not say: that is the sheet's.
        """
        self._be_under_a_sheet(is_so=True)
        self._foot.is_launching = False
        self._describing.stop()
        self._findings.stop()

    def _be_under_a_sheet(self, *, is_so: bool) -> None:
        if self.has_class(UNDER_A_SHEET) != is_so and self.is_mounted:
            self.set_class(is_so, UNDER_A_SHEET)
            self.query_one(LaunchLine).redraw()
            self.query_one(KeyLine).redraw()

    # Reading, in threads that hand over messages

    def _read_everything(self) -> None:
        self._has_read = True
        self._reader.read_everything()

    @on(PresetsRead)
    def _presets_read(self, message: PresetsRead) -> None:
        self._knowledge.descriptions.update(message.descriptions)
        self._entries = message.entries
        picks = self.picks
        listed = {entry.reference for entry in self._listed}
        for lane, reference in tuple(self._to_pick.items()):
            if reference in listed:
                picks[lane] = self._to_pick.pop(lane)
        with self.app.batch_update():
            self._show_lists(picks)
            self._show_details()
        self._presets_shown()

    def _presets_shown(self) -> None:
        """The presets have just been read and listed."""

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
        self._sort_anew()
        self._show_device(anew=True)

    @on(ReadFailed)
    def _read_failed(self, message: ReadFailed) -> None:
        self.show_problem(message.why)

    @on(Described)
    def _described(self, message: Described) -> None:
        self._describing.take(message)
        self._sort_anew()
        self._show_device(anew=True)

    # Showing

    @property
    def _choice(self) -> DeviceChoice:
        return self._knowledge.choice(self._asked_device)

    @property
    def _picked(self) -> dict[Lane, PresetEntry | None]:
        return {lane: self._list(lane).picked for lane in LANES}

    @property
    def _pair(self) -> Pair:
        return Pair(self.picks, self._choice.request, lane_overrides(self._picked))

    @property
    def _listed(self) -> tuple[PresetEntry, ...]:
        """Everything that can be picked, as it is before anything is set beside it."""
        return (*(self._entries or ()), *self._named)

    def _list_named(self, entry: PresetEntry) -> None:
        """Have a script or program listed from now on."""
        if all(entry.reference != one.reference for one in self._listed):
            self._named = (*self._named, entry)

    @property
    def _can_be_saved(self) -> bool:
        """Whether no preset's file says what is looked at: something is set beside it, or there is none."""
        picked = self._list(self._looked_at).picked if self.is_mounted else None
        return bool(picked and (picked.overrides or picked.origin == "script"))

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

    def _show_lists(self, picks: Mapping[Lane, str]) -> None:
        """List the presets in their order, with what is set beside them."""
        if self._entries is None:
            return
        now = self._now()
        for lane in LANES:
            entries = self._edits.applied(lane, self._listed)
            listed, order = ordered(self._order, entries, self._knowledge, self._choice.of(lane), now)
            self._list(lane).show(listed, picks[lane], order)
        for sentence in self._edits.take_dropped():
            self.notify(sentence, title="Edit dropped", severity="warning", timeout=10, markup=False)

    def _sort_anew(self) -> None:
        """What they are sorted by has become known of more of them."""
        if self._order != "name":
            self._show_lists(self.picks)

    def _show_details(self) -> None:
        picked = self._list(self._looked_at).picked
        self.query_one(PresetDetails).show(self._knowledge.known(self._looked_at, picked, self._choice))
        self._describing.let_rest(self._show_details)
        if self._could_save != self._can_be_saved:
            self._could_save = self._can_be_saved
            self.refresh_bindings()

    def _show_device(self, *, anew: bool = False) -> None:
        self.query_one(DeviceLines).show(self._choice, self._sharing, self._findings.why_not())
        self._show_details()
        self._show_offer(anew=anew)

    def _show_offer(self, *, anew: bool = False) -> None:
        self._findings.look(self._pair, self._knowledge.listing, anew=anew)
        self._foot.show(self._picked, self._choice, self._sharing)
