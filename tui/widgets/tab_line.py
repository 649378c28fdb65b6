"""The line that names the panels where only one fits."""

from __future__ import annotations

from collections.abc import Sequence

from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, line


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
        """The names with the keys that show them."""
        spans: list[Span] = []
        for index, name in enumerate(self._names):
            shown = index == self._shown
            spans += [
                (f" {index + 1} ", "strong" if shown else "muted"),
                (f"{name}  ", "strong" if shown else "faint"),
            ]
        return [line(*spans)]
