"""Asks for the name of a preset that is to be saved."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from training.preset.saving import name_refusal
from tui.screens.paced_painting import PacedModal
from tui.screens.too_small import tell_if_too_small
from tui.widgets.key_line import KeyLine
from tui.widgets.name_line import NameLine


class NameSheet(PacedModal[str | None]):
    """Answers with a name that a preset can have; None for Escape."""

    CSS_PATH = "name_sheet.tcss"
    AUTO_FOCUS = "NameLine"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,ctrl+s", "save", "Save", key_display="⏎", tooltip="Save under this name"),
        Binding("escape", "drop", "Do not save", key_display="esc", tooltip="Save nothing"),
    ]

    def __init__(self, suggested: str) -> None:
        super().__init__()
        self._suggested = suggested

    def compose(self) -> ComposeResult:
        """The name over its keys."""
        with Vertical(id="name") as box:
            box.border_title = Content("Save as a preset of your own, named")
            yield NameLine(self._suggested, name_refusal, id="typed")
            yield KeyLine(id="name-keys")

    def on_resize(self, event: events.Resize) -> None:
        """A sentence where nothing else fits."""
        tell_if_too_small(self, event.size)

    def action_save(self) -> None:
        """Answer with the name, if it is one."""
        typed = self.query_one(NameLine)
        if typed.refusal is None:
            self.dismiss(typed.text)

    def action_drop(self) -> None:
        """Save nothing."""
        self.dismiss(None)
