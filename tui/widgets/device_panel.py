"""The device: what it is, what it does and what holds it back, and who else is on it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from training.analysis.state import RunState
from tui.widgets import figures
from tui.widgets.device_facts import device_facts
from tui.widgets.panel import Panel
from tui.widgets.spans import Line, line


class DevicePanel(Panel):
    """Everything that is told of the device as a whole, and the foreign processes on it; scrolls."""

    EMPTY = "What is told of the device appears with its first sample."
    HELP = """## The device

Its name and UUID, power of its limit, heat and clocks, what holds the clocks down now and did so before, and energy:
joules of the *whole device* for each thousand samples of both lanes, from the first release on.

On Hopper and newer GPM tells how full the GPU was: multiprocessors with work (SM active), how many of their places were
taken (occupancy), tensor cores, memory bandwidth; of the whole device, never of one lane.

Processes that are not this run's are listed and never touched. Up and down scroll.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_lines(-1)", "Up", show=False),
        Binding("down,j", "scroll_lines(1)", "Down", show=False),
        Binding("pageup", "scroll_lines(-10)", "Page up", show=False),
        Binding("pagedown", "scroll_lines(10)", "Page down", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._offset = 0
        self._more = 0

    def action_scroll_lines(self, by: int) -> None:
        """Down (positive) or up."""
        self._offset = max(0, self._offset + by)
        self.redraw()

    def redraw(self) -> None:
        """Draw again; only then it is known how much is below."""
        super().redraw()
        self.retitle()

    def title_line(self, state: RunState) -> Line:
        """The panel's name, and the figures' age where it matters."""
        told = " · the machine (host)" if figures.is_cpu(state) else " · whole device (NVML)"
        return line(("device", "plain"), (told, "muted"), (figures.stale(state), "warning"))

    def subtitle_line(self, state: RunState) -> Line:  # noqa: ARG002
        """How much there is below."""
        return line((f"+{self._more} more: down" if self._more else "", "muted"))

    def picture(self, state: RunState, width: int, height: int) -> list[Line]:
        """The facts from where one has scrolled to."""
        lines = device_facts(state, width)
        self._offset = max(0, min(self._offset, len(lines) - height))
        self._more = max(0, len(lines) - height - self._offset)
        return lines[self._offset : self._offset + height]
