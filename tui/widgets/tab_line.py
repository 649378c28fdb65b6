"""The line that names the panels where only one fits."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, line, width_of

_LONG = 10  # letters: a longer name is cut where there is little room
_SHORT = 4


class TabLine(LinesWidget):
    """`1 loss  2 memory …`, the shown one bright."""

    DEFAULT_CSS = """
    TabLine { height: 1; padding: 0 1; }
    """

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names = tuple(names)
        self._shown = 0

    def show(self, index: int) -> None:
        """Mark the panel that is shown."""
        self._shown = index
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """The names with the keys that show them; close together and cut short where they would not all fit."""
        wide = self._tabs(self._names, " ", "   ")
        if width_of(wide) <= width:
            return [wide]
        return [self._tabs([name[:_SHORT] if len(name) > _LONG else name for name in self._names], "", "  ")]

    def _tabs(self, names: Sequence[str], before: str, between: str) -> Line:
        spans: list[Span] = []
        for index, name in enumerate(names):
            shown = index == self._shown
            spans += [
                (between if index else before, "faint"),
                (f"{index + 1} ", "strong" if shown else "muted"),
                (name, "strong" if shown else "faint"),
            ]
        return line(*spans)
