"""A screen whose keys go round between a few stops."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.screens.house_screen import HouseScreen
from tui.screens.runs_messages import BackAsked


class StopsScreen(HouseScreen):
    """Tab goes round the widgets of `STOPS`, of which the first is where the screen begins.

    A subclass binds Escape to `back` itself: only what a screen binds stands beside the Escape that closes the help.
    """

    STOPS: ClassVar[tuple[str, ...]] = ()
    """Ids of widgets that can have the focus, in order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "go(1)", "Next", show=False, tooltip="The next list, then the launch line"),
        Binding("shift+tab", "go(-1)", "Before", show=False, tooltip="The list before"),
    ]

    def action_go(self, by: int) -> None:
        """The next stop, round and round."""
        focused = self.focused.id if self.focused is not None else None
        at = self.STOPS.index(focused) if focused in self.STOPS else 0
        self.action_go_to(self.STOPS[(at + by) % len(self.STOPS)])

    def action_go_to(self, stop: str) -> None:
        """One stop."""
        # At once, not `focus()`: keys that were typed on are dealt with before that happens.
        self.set_focus(self.query_one(f"#{stop}"))

    def action_back(self) -> None:
        """One stop back; from the first to where one came from."""
        if self.focused is not None and self.focused.id != self.STOPS[0]:
            self.action_go(-1)
        else:
            self.post_message(BackAsked(self))
