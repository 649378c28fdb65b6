"""The top of the pick screen: on which device, and how the two share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.plan import SHARING_NOW, PlannedDevice, Sharing
from tui import format
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, clip, line, spread, width_of

if TYPE_CHECKING:
    pass

SHARING_TEXT: dict[Sharing, str] = {
    "together": "two processes at once; the device takes turns between them",
    "sequential": "A to its end, then B, each alone",
    "one-process": "one process, the two models' steps alternate",
    "mps": "two processes under NVIDIA MPS, so that kernels can overlap",
    "adaptive": "together while that is measured to be faster, else one waits",
}
_ALL_SHARING: tuple[Sharing, ...] = tuple(SHARING_TEXT)
_LABEL_CELLS = 9
_FEWEST_TEXT_CELLS = 24
"""Less of a sentence than this says nothing: then the choices beside it give way."""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """What was asked, of what can be asked, and which device that is; neither listing nor device is known at first."""

    asked: str = "auto"
    choices: tuple[str, ...] = ("auto",)
    """What `d` goes through, as on the command line."""
    device: PlannedDevice | None = None
    problem: str | None = None
    """Why there is no device."""


class DeviceLines(LinesWidget):
    """Two lines: device and sharing, each with what it means and what else there is."""

    DEFAULT_CSS = """
    DeviceLines { height: 2; padding: 0 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._choice = DeviceChoice()
        self._sharing: Sharing = "together"

    def show(self, choice: DeviceChoice, sharing: Sharing) -> None:
        """Take what is chosen now."""
        self._choice, self._sharing = choice, sharing
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """The two lines."""
        return [self._device_line(width), self._sharing_line(width)]

    def _device_line(self, width: int) -> Line:
        choice = self._choice
        label: Span = ("Device".ljust(_LABEL_CELLS), "muted")
        if choice.problem:
            return line(label, (clip(choice.problem, width - _LABEL_CELLS), "error"))
        if choice.device is None:
            return line(label, (f"{choice.asked}: looking for devices…", "muted"))
        head = line(label, *device_spans(choice.device))
        because = choice.device.chosen_because
        if choice.asked == "auto" and because:
            because = f"auto: {because}"
        return _with_choices(head, because, choice.choices, choice.asked, (), width)

    def _sharing_line(self, width: int) -> Line:
        head = line(("Sharing".ljust(_LABEL_CELLS), "muted"), (self._sharing, "strong"))
        later = tuple(mode for mode in _ALL_SHARING if mode not in SHARING_NOW)
        return _with_choices(head, SHARING_TEXT[self._sharing], SHARING_NOW, self._sharing, later, width)


def device_spans(device: PlannedDevice) -> list[Span]:
    """Kind, name and memory; a CPU is never taken for a GPU."""
    memory = f" · {format.size(device.memory_bytes)}" if device.memory_bytes else ""
    name = device.name if device.name.upper() != device.kind.upper() else ""
    return [
        (device.kind.upper(), "strong"),
        (f" {clip(name, 36)}" if name else "", "strong"),
        (memory, "plain"),
    ]


def _with_choices(
    head: Line, text: str, choices: tuple[str, ...], chosen: str, later: tuple[str, ...], width: int
) -> Line:
    """The head, what it means, and at the right what else there is, as far as there is room."""
    spans: list[Span] = []
    for name in choices:
        spans.append((f" {name} ", "strong" if name == chosen else "muted"))
    with_later = [*spans, (f"  not yet: {', '.join(later)}", "faint")] if later else spans
    for right in (line(*with_later), line(*spans) if len(choices) > 1 else ()):
        room = width - width_of(head) - width_of(right) - 4
        if room >= min(_FEWEST_TEXT_CELLS, len(text)):
            return spread(head + line(("   ", "plain"), (clip(text, room), "muted")), right, width)
    room = width - width_of(head) - 3
    return head + line(("   ", "plain"), (clip(text, max(0, room)), "muted")) if room > 1 else head
