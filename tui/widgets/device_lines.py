"""The top of the pick screen: on which device, and how the two share it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.plan import SHARINGS, Lane, PlannedDevice, Sharing
from tui import format
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import Line, Span, Tone, clip, fit, line, whole, width_of

SHARING_TEXT: dict[Sharing, str] = {
    "together": "two processes at once; the device takes turns between them",
    "sequential": "A to its end, then B, each alone",
    "one-process": "one process, the two models' steps alternate",
    "mps": "a fatal fault in one ends both; kernels of the two can overlap (NVIDIA MPS)",
    "adaptive": "together while that is measured to be faster, else one waits",
}
_LABEL_CELLS = 9
_GAP_CELLS = 3
_FEWEST_TEXT_CELLS = 24
"""Less of a sentence than this says nothing: then what stands beside it gives way."""
_FEWEST_SENTENCE_CELLS = 31
"""What a way of sharing means: the warning of MPS has to be whole."""


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """What was asked, and which device that is: not known before the devices are listed."""

    asked: str = "auto"
    device: PlannedDevice | None = None
    lane_devices: Mapping[Lane, PlannedDevice] = field(default_factory=dict)
    """Each lane's MIG instance, where they have their own."""
    standing: str = ""
    """Free memory, utilisation and who is there, of a GPU."""
    problem: str | None = None
    """Why there is no device."""

    def of(self, lane: Lane) -> PlannedDevice | None:
        """What the lane trains on."""
        return self.lane_devices.get(lane, self.device)

    def how(self, sharing: Sharing) -> str:
        """Sharing and device in few words."""
        if self.device is None:
            return sharing
        return f"{sharing} on {self.device.name if self.device.kind == 'gpu' else 'CPU'}"

    @property
    def request(self) -> str:
        """What to launch with: a GPU by its UUID, since its index may be another's by the time of the launch."""
        by_index = self.asked.startswith("gpu:") and self.device is not None
        return (self.device.uuid if by_index and self.device else None) or self.asked


class DeviceLines(LinesWidget):
    """Two lines: device and sharing, each with what it means and what else there is."""

    DEFAULT_CSS = """
    DeviceLines { height: 2; padding: 0 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._choice = DeviceChoice()
        self._sharing: Sharing = "together"
        self._why_not: Mapping[Sharing, str] = {}

    def show(
        self, choice: DeviceChoice, sharing: Sharing, why_not: Mapping[Sharing, str] | None = None
    ) -> None:
        """Take what is chosen now, and why a way of sharing cannot be launched here."""
        self._choice, self._sharing, self._why_not = choice, sharing, why_not or {}
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
        head = line(label, *device_spans(choice.device, with_memory=not choice.standing))
        because, standing = choice.device.chosen_because, choice.standing
        if choice.asked != "auto":
            return _after(head, standing or because, width)  # who asked for a GPU knows why it is this one
        if not standing:
            return _after(head, f"auto: {because}", width)
        # What it was compared with goes first, then the whole reason: both stand in the list of devices.
        ways = (f"auto: {why} · {standing}" for why in (because, because.partition(";")[0]))
        room = _room(head, width)
        return _after(head, next((one for one in ways if len(one) <= room), f"auto: {standing}"), width)

    def _sharing_line(self, width: int) -> Line:
        label: Span = ("Sharing".ljust(_LABEL_CELLS - 1), "muted")
        why_not = self._why_not.get(self._sharing)
        text = f"not here: {why_not}" if why_not else SHARING_TEXT[self._sharing]
        head = line(label, *self._modes(SHARINGS))
        if _room(head, width) < min(_FEWEST_SENTENCE_CELLS, len(text)):
            head = line(
                label, *self._modes((self._sharing,))
            )  # what it means says more than what else there is
        return _after(head, text, width, "warning" if why_not else "muted")

    def _modes(self, modes: tuple[Sharing, ...]) -> Line:
        """The ways of sharing: the chosen one stands out, what cannot be launched here is faint."""
        spans: list[Span] = []
        for mode in modes:
            tone: Tone = "strong" if mode == self._sharing else "muted"
            spans.append((f" {mode} ", "faint" if mode in self._why_not else tone))
        return line(*spans)


def device_spans(device: PlannedDevice, *, with_memory: bool = True) -> list[Span]:
    """Kind, name and memory; a CPU is never taken for a GPU."""
    memory = f" · {format.size(device.memory_bytes)}" if device.memory_bytes and with_memory else ""
    name = device.name.removeprefix("NVIDIA ") if device.name.upper() != device.kind.upper() else ""
    return [
        (device.kind.upper(), "strong"),
        (f" {clip(name, 36)}" if name else "", "strong"),
        (memory, "plain"),
    ]


def _room(left: Line, width: int) -> int:
    return width - width_of(left) - _GAP_CELLS


def _after(left: Line, text: str, width: int, tone: Tone = "muted") -> Line:
    """The sentence after what stands first, where there is room for enough of it."""
    room = _room(left, width)
    if room < min(_FEWEST_TEXT_CELLS, len(text)) // 2:
        return fit(whole(left, width), width)
    return fit(left + line(" " * _GAP_CELLS, (clip(text, room), tone)), width)
