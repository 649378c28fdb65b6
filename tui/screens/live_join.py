"""Choose the preset that joins a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.worker import get_current_worker

from training.plan import Lane
from training.preset.printable import printable
from tui.background import AbandonedError, abandonable
from tui.screens.paced_painting import PacedModal
from tui.screens.pick_sources import named_itself, read_presets
from tui.screens.too_small import tell_if_too_small
from tui.widgets.preset_list import PresetList

if TYPE_CHECKING:
    from training.preset_library import PresetEntry

_HOW = "Enter joins the run with it   / filters   Escape leaves all as it is"


class JoinScreen(PacedModal[str | None]):
    """Answers with the reference of the preset that is to join as `lane`; None for Escape."""

    CSS_PATH = "live_join.tcss"
    AUTO_FOCUS = "PresetList"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss_none", "Cancel")]

    @dataclass
    class Read(Message):
        """The presets were read, or it is said why not."""

        entries: tuple[PresetEntry, ...]
        problem: str = ""

    def __init__(self, lane: Lane, *, presets: Callable[[], tuple[PresetEntry, ...]] = read_presets) -> None:
        super().__init__()
        self._lane: Lane = lane
        self._presets = presets

    def compose(self) -> ComposeResult:
        """The list under what it is for."""
        with Vertical(id="join"):
            yield Static(
                Content(f"Which preset joins the run as lane {self._lane.upper()}?"),
                id="question",
                markup=False,
            )
            yield PresetList(self._lane, named=named_itself)
            yield Static(Content(_HOW), id="how", markup=False)

    def on_mount(self) -> None:
        """Read the presets; a slow disk holds nothing up."""
        self._read()

    def on_resize(self, event: events.Resize) -> None:
        """A sentence where nothing else fits."""
        tell_if_too_small(self, event.size)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self) -> None:
        worker = get_current_worker()
        try:
            read = self.Read(abandonable(self._presets, lambda: worker.is_cancelled))
        except AbandonedError:
            return
        except Exception as error:  # noqa: BLE001 - said on the sheet
            read = self.Read((), f"the presets cannot be read: {error}")
        if not worker.is_cancelled:
            self.post_message(read)

    @on(Read)
    def _show(self, message: Read) -> None:
        self.query_one(PresetList).show(message.entries, "")
        if message.problem:
            self.query_one("#how", Static).update(Content(printable(message.problem)))

    def action_take(self) -> None:
        """Answer with the highlighted preset, if it can be used."""
        presets = self.query_one(PresetList)
        if presets.refusal is not None:
            self.query_one("#how", Static).update(Content(printable(presets.refusal)))
        elif presets.picked is not None:
            self.dismiss(presets.picked.reference)

    def action_dismiss_none(self) -> None:
        """No answer: nothing happens."""
        self.dismiss(None)
