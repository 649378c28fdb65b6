"""The sentence that stands in a screen's place where the terminal is too small for it."""

from __future__ import annotations

from typing import Any

from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

from tui.widgets.lines import COVERED, LinesWidget

SMALLEST = Size(60, 16)
_LAYERS = ("default", "too-small")


class TooSmall(Static):
    """Covers the whole screen; what lies under it keeps its focus and its place."""

    DEFAULT_CSS = """
    TooSmall {
        layer: too-small;
        dock: top;
        width: 100%;
        height: 100%;
        background: $background;
        color: $text-muted;
        text-align: center;
        content-align: center middle;
    }
    """

    def __init__(self) -> None:
        super().__init__(
            f"terminal too small: dualtrain needs {SMALLEST.width} × {SMALLEST.height}; ctrl+q leaves",
            markup=False,
        )


def tell_if_too_small(screen: Screen[Any], size: Size) -> None:
    """Cover the screen with a sentence as long as the terminal is too small for anything else."""
    is_tiny = size.width < SMALLEST.width or size.height < SMALLEST.height
    was_tiny = screen.has_class(COVERED)
    screen.set_class(is_tiny, COVERED)
    if not screen.is_mounted:
        return
    covers = screen.query_children(TooSmall)
    if is_tiny and not covers:
        screen.styles.layers = _LAYERS  # type: ignore[assignment] # over everything, help and footer as well
        screen.mount(TooSmall())
    for cover in covers:
        cover.display = is_tiny
    if was_tiny and not is_tiny:
        for widget in screen.query(LinesWidget):
            widget.redraw()
