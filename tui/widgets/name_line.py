"""One line to type a name in, and under it why it cannot be one."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from tui.widgets.lines import LinesWidget
from tui.widgets.spans import BLANK, Line, clip, line, wrap
from tui.widgets.typed_text import is_sign, pasted, typed

_LONGEST = 80
_ROWS = 3


class NameLine(LinesWidget, can_focus=True):
    """What is typed, with a cursor at its end."""

    DEFAULT_CSS = f"NameLine {{ height: {_ROWS}; }}"

    def __init__(self, text: str, refusal: Callable[[str], str | None], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = text
        self._refusal = refusal

    @property
    def refusal(self) -> str | None:
        """Why it can be no name, in one sentence; None where it can."""
        return self._refusal(self.text)

    def on_key(self, event: events.Key) -> None:
        """Every sign is the name's."""
        text = typed(self.text, event)
        if text is None:
            return
        self._take(text)
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Pasted text goes to the end."""
        self._take(pasted(self.text, event))
        event.stop()

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002
        """Every sign is the name's."""
        return is_sign(character)

    def _take(self, text: str) -> None:
        self.text = text[:_LONGEST]
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:
        """The name, and what is wrong with it."""
        shown = clip(self.text, max(1, width - 3))
        typed = line(("> ", "muted"), (shown, "strong"), ("▏", "strong"))
        told = [line((text, "error")) for text in wrap(self.refusal or "", width)]
        return [typed, *(told or [BLANK])][:height]
