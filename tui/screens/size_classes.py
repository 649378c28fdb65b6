"""Which stylesheet classes a screen has at which size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Size

if TYPE_CHECKING:
    from textual.screen import Screen

Steps = tuple[tuple[int, str], ...]
"""Bounds in cells, ascending, each with the class from there on; an empty name is no class."""


def set_size_classes(screen: Screen[None], size: Size, widths: Steps, heights: Steps, smallest: Size) -> None:
    """Give the screen the class of the last bound reached in each direction, and `-tiny` below the smallest."""
    for steps, cells in ((widths, size.width), (heights, size.height)):
        reached = [name for bound, name in steps if cells >= bound][-1]
        for _, name in steps:
            if name:
                screen.set_class(name == reached, name)
    screen.set_class(size.width < smallest.width or size.height < smallest.height, "-tiny")
