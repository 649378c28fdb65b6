"""No picture is sent to a terminal that is still at an earlier one: the next shows all changes, and none queues up."""

from __future__ import annotations

from itertools import count
from weakref import WeakKeyDictionary

from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget

from tui.house_app import HouseApp

PIECE_CELLS = 1600
"""What goes to a slow line at once: a third of a second at 8 KB/s, two bytes a cell."""
SMALL_CELLS = 400
"""Lines that tell what a key did are smaller; they go before all else."""


class PacedScreen(Screen[ScreenResultType]):
    """A screen that lets its changes gather while the line is behind, and sends them in pieces over a slow one."""

    def __init__(self, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name, id, classes)
        self._painted: WeakKeyDictionary[Widget, int] = WeakKeyDictionary()
        """When each widget was painted last, in pieces."""
        self._pieces = count()

    def _on_timer_update(self) -> None:
        """Textual's own moment for painting what has changed; its timer goes on and comes again."""
        app = self.app
        if not isinstance(app, HouseApp):
            super()._on_timer_update()
            return
        if app.line.is_behind:
            return
        later = self._left_for_later() if app.line.is_slow else set()
        self._dirty_widgets -= later
        super()._on_timer_update()
        if later:
            self._dirty_widgets |= later
            self._update_timer.resume()

    def _left_for_later(self) -> set[Widget]:
        """Which of the changed widgets wait for another piece; none where all of the screen is arranged anew."""
        if (
            self._layout_required
            or self._scroll_required
            or self._repaint_required
            or self in self._dirty_widgets
        ):
            return set()
        waiting = sorted(self._dirty_widgets, key=self._urgency)
        cells = 0
        for place, widget in enumerate(waiting):
            cells += widget.size.area
            if place and cells > PIECE_CELLS:
                return set(waiting[place:])
            self._painted[widget] = next(self._pieces)
        return set()

    def _urgency(self, widget: Widget) -> tuple[bool, int]:
        """Small ones first; of the others whichever was painted longest ago."""
        return widget.size.area > SMALL_CELLS, self._painted.get(widget, -1)


class PacedModal(ModalScreen[ScreenResultType], PacedScreen[ScreenResultType]):
    """The same of a screen that stands before another."""
