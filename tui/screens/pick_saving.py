"""How an edited preset becomes one of the user's own: asked for a name, and never written over another unasked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from training.plan import Lane
from tui.screens.pick_messages import SaveAsked
from tui.screens.pick_reading import PickReader

if TYPE_CHECKING:
    from textual.screen import Screen

    from training.preset_library import PresetEntry

_PREFIX = "my-"


class Saving:
    """Asks over one screen; what came of it reaches that as a message."""

    def __init__(self, screen: Screen[None], reader: PickReader) -> None:
        self._screen = screen
        self._reader = reader

    def ask(self, lane: Lane, entry: PresetEntry) -> None:
        """Ask for the name; Escape saves nothing."""
        from training.preset.saving import MOST_CHARACTERS
        from tui.screens.name_sheet import NameSheet

        suggested = entry.name if entry.origin == "user" else f"{_PREFIX}{entry.name}"[:MOST_CHARACTERS]

        def named(name: str | None) -> None:
            if name is not None:
                self._reader.save(SaveAsked(lane, entry, name))

        self._screen.app.push_screen(NameSheet(suggested), named)

    def ask_again(self, asked: SaveAsked) -> None:
        """The user has a preset of that name: ask whether to write over it."""
        from tui.screens.confirm import Choice, ConfirmScreen

        def answered(answer: str | None) -> None:
            if answer == "over":
                self._reader.save(replace(asked, overwrite=True))
            elif answer == "name":
                self.ask(asked.lane, asked.entry)

        question = ConfirmScreen(
            f"You have a preset {asked.name} already. Write over it?",
            [
                Choice("name", "n", "No, under another name"),
                Choice("over", "y", "Yes, what it says now is lost"),
            ],
        )
        self._screen.app.push_screen(question, answered)
