"""No picture is sent to a terminal that is still at an earlier one: the next shows all changes, and none queues up."""

from __future__ import annotations

from textual.screen import ModalScreen, Screen, ScreenResultType

from tui.house_app import HouseApp


class PacedScreen(Screen[ScreenResultType]):
    """A screen that lets its changes gather while the line is behind."""

    def _on_timer_update(self) -> None:
        """Textual's own moment for painting what has changed; its timer goes on and comes again."""
        if not (isinstance(self.app, HouseApp) and self.app.is_line_behind):
            super()._on_timer_update()


class PacedModal(ModalScreen[ScreenResultType], PacedScreen[ScreenResultType]):
    """The same of a screen that stands before another."""
