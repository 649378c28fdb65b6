"""The top of the pick screen: on which device, and how the two share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.plan import SHARING_NOW, PlannedDevice, Sharing
from tui import format
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, clip, fit, line, spread, width_of

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
_GAP_CELLS = 3
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
        text = f"auto: {because}" if choice.asked == "auto" and because else because
        right = _choices(choice.choices, choice.asked) if len(choice.choices) > 1 else ()
        if _room(head, right, width) < min(_FEWEST_TEXT_CELLS, len(text)):
            right = ()  # why it is this device says more than what else there is
        return _between(head, text, right, width)

    def _sharing_line(self, width: int) -> Line:
        label: Span = ("Sharing".ljust(_LABEL_CELLS - 1), "muted")
        head = line(label, *_choices(SHARING_NOW, self._sharing))
        later = ", ".join(mode for mode in _ALL_SHARING if mode not in SHARING_NOW)
        right = line((f"not yet: {later}", "faint")) if later else ()
        if _room(head, right, width) < 0:
            right = ()
        return _between(head, SHARING_TEXT[self._sharing], right, width)


def device_spans(device: PlannedDevice) -> list[Span]:
    """Kind, name and memory; a CPU is never taken for a GPU."""
    memory = f" · {format.size(device.memory_bytes)}" if device.memory_bytes else ""
    name = device.name if device.name.upper() != device.kind.upper() else ""
    return [
        (device.kind.upper(), "strong"),
        (f" {clip(name, 36)}" if name else "", "strong"),
        (memory, "plain"),
    ]


def _choices(names: tuple[str, ...], chosen: str) -> Line:
    return line(*((f" {name} ", "strong" if name == chosen else "muted") for name in names))


def _room(left: Line, right: Line, width: int) -> int:
    return width - width_of(left) - width_of(right) - (2 if right else 1) * _GAP_CELLS


def _between(left: Line, text: str, right: Line, width: int) -> Line:
    """The sentence between the two ends, where there is room for enough of it."""
    room = _room(left, right, width)
    if room < min(_FEWEST_TEXT_CELLS, len(text)) // 2:
        return spread(left, right, width)
    spans = left + line(" " * _GAP_CELLS, (clip(text, room), "muted"))
    return spread(spans, right, width) if right else fit(spans, width)
