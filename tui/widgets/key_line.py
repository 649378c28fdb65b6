"""The last line: the keys that do something now.

Textual's own footer makes a widget of each key, which is an eighth of the time to the first paint, and makes all of
them anew whenever the focus moves.
"""

from __future__ import annotations

from rich.cells import cell_len
from textual.screen import Screen

from tui.widgets.lines import LinesWidget
from tui.widgets.spans import BLANK, Line, Span, fit, line

MOST_KEYS = 8


class KeyLine(LinesWidget):
    """Keys and what they do, from the bindings of what has the focus; what does not fit whole is left out."""

    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 1; background: $footer-background; }
    """

    def on_mount(self) -> None:
        """Follow the focus, and what is possible now."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """One line; empty while the keys go to a sheet before the screen."""
        if self.is_under_a_sheet:
            return [BLANK]
        shown: dict[str, tuple[str, str, bool]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and binding.action not in shown:
                shown[binding.action] = (
                    self.app.get_key_display(binding),
                    binding.description,
                    active.enabled,
                )
        spans: list[Span] = []
        room = width
        for key, description, enabled in list(shown.values())[:MOST_KEYS]:
            room -= cell_len(key) + cell_len(description) + 3
            if room < -2:
                break
            spans += [
                (key, "strong" if enabled else "faint"),
                (f" {description}  ", "muted" if enabled else "faint"),
            ]
        return [fit(line(*spans), width)]
