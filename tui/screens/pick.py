"""Two presets, a device, a way to share it: what is picked here is what is launched."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType

from training.plan import LANES, SHARINGS, Lane
from tui.screens.pick_keys import PICK_HELP, PICK_KEYS
from tui.screens.pick_lists import PickLists
from tui.screens.pick_messages import LaunchAsked, NameTaken, PresetSaved
from tui.screens.pick_saving import Saving
from tui.widgets.preset_list import PresetList
from tui.widgets.preset_order import ORDERS

if TYPE_CHECKING:
    from training.recent_pairs import RecentPair
    from tui.screens.devices import DeviceTaken
    from tui.screens.edit_sheet import Edited


class PickScreen(PickLists):
    """The keys of the two lists, and the launch of the pair."""

    CSS_PATH = "pick.tcss"
    AUTO_FOCUS = "#list-a"

    HELP = PICK_HELP

    # the class of the last bound reached
    WIDTHS = ((0, "-narrow"), (140, "-wide"))
    HEIGHTS = ((0, "-low"), (20, ""), (30, "-high"), (46, "-highest"))

    BINDINGS: ClassVar[list[BindingType]] = PICK_KEYS

    _launch_when_read = False
    """Whether Enter was pressed on the launch line before the presets were read."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is something to save where something is set beside the preset's file."""
        if action == "save":
            return self._could_save
        return super().check_action(action, parameters)

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
        self._take_named(focused)
        focused.end_filter()
        self.action_go(1)

    def _take_named(self, presets: PresetList) -> None:
        """What was typed is in the list from now on, and stays picked when the typing ends."""
        picked = presets.picked
        if picked is not None and picked.origin == "script":
            self._list_named(picked)
            self._show_lists({**self.picks, presets.lane: picked.reference})
            presets.pick(picked.reference)

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
            self._sort_anew()
            self._show_device()

    def action_checks(self) -> None:
        """What was looked at before a launch."""
        self.app.push_screen(self._findings.question(self._sharing))

    def action_sharing(self) -> None:
        """The next way of sharing; after the last comes the first."""
        self._sharing = SHARINGS[(SHARINGS.index(self._sharing) + 1) % len(SHARINGS)]
        self._show_device()

    def action_order(self) -> None:
        """The next order of both lists; after the last comes the first."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self._show_lists(self.picks)

    def action_copy(self) -> None:
        """Hand the command to the terminal, which may put it into the clipboard."""
        if not self._foot.command:
            self.show_problem("there is nothing to launch, and so no command to copy")
            return
        self.app.copy_to_clipboard(self._foot.command)
        self.notify("The command was handed to the terminal's clipboard (OSC 52).", timeout=4, markup=False)

    def action_recent(self) -> None:
        """Choose among the pairs that were run last."""
        from tui.screens.recent_sheet import RecentSheet

        self._launch_when_read = False
        self.app.push_screen(RecentSheet(self._sources.recent, self._now()), self._pair_taken)

    def _pair_taken(self, pair: RecentPair | None) -> None:
        if pair is None:
            return
        for reference in pair.presets.values():
            if (named := self._sources.named(reference)) is not None:
                self._list_named(named)
        self._show_lists(self.picks)
        listed = {entry.reference for entry in self._listed}
        gone = [reference for reference in pair.presets.values() if reference not in listed]
        if gone:
            self.show_problem(f"{' and '.join(dict.fromkeys(gone))}: not listed here (any more)")
            return
        for lane in LANES:
            self._edits.keep(lane, pair.presets[lane], pair.overrides[lane])
        for lane in LANES:
            self._list(lane).pick(pair.presets[lane])
        self._show_anew(pair.presets)

    # Editing and saving

    def action_edit(self) -> None:
        """Type settings of the highlighted preset anew."""
        from tui.screens.edit_sheet import EditSheet

        lane = self._looked_at
        picked = self._list(lane).picked
        own = next((one for one in self._listed if picked and one.reference == picked.reference), None)
        if picked is None or own is None or own.preset is None:
            if self._list(lane).is_read:
                self.show_problem(self._list(lane).refusal or "no preset is highlighted")
            return
        self._launch_when_read = False
        reference = picked.reference

        def answered(edited: Edited | None) -> None:
            if edited is not None:
                self._take_edit(lane, reference, edited)

        self.app.push_screen(EditSheet(lane, picked.name, own.preset, picked.overrides), answered)

    def _take_edit(self, lane: Lane, reference: str, edited: Edited) -> None:
        self._edits.keep(lane, reference, edited.overrides)
        self._show_anew({**self.picks, lane: reference})
        if edited.is_to_be_saved:
            self._save(lane)

    def action_save(self) -> None:
        """Save what is looked at as a preset of the user's own."""
        self._save(self._looked_at)

    def _save(self, lane: Lane) -> None:
        entry = self._list(lane).picked
        if entry is not None and entry.preset is not None:
            Saving(self, self._reader).ask(lane, entry)

    @on(NameTaken)
    def _name_taken(self, message: NameTaken) -> None:
        if self.is_active:
            Saving(self, self._reader).ask_again(message.asked)
        else:
            self.show_problem(f"not saved: you have a preset {message.asked.name} already")

    @on(PresetSaved)
    def _preset_saved(self, message: PresetSaved) -> None:
        asked, saved = message.asked, message.saved
        self._edits.keep(asked.lane, asked.entry.reference, ())
        self._to_pick[asked.lane] = saved.reference
        self.notify(f"Saved as {saved.reference}.", timeout=4, markup=False)
        self._reader.read_presets()

    def _show_anew(self, picks: dict[Lane, str]) -> None:
        self._foot.problem = None
        self._show_lists(picks)
        self._show_device(anew=True)

    # Launching

    def _presets_shown(self) -> None:
        if self._launch_when_read:
            self._launch_when_read = False
            self._launch()

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
        pair = self._pair
        request = LaunchRequest(
            dict(pair.presets), pair.device, self._sharing, overrides=pair.overrides, force_fit=force_fit
        )
        self.post_message(LaunchAsked(request))

    def _fit_answered(self, answer: str | None) -> None:
        if answer == "launch":
            self._launch(force_fit=True)
