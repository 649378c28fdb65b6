"""The last stop of the pick screen: the pair as it would be launched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from training.plan import LANES, Lane
from tui.widgets.lines import LinesWidget
from tui.widgets.spans import LANE_TONE, Line, Span, Tone, clip, line, spread, width_of


@dataclass(frozen=True, slots=True)
class LaunchOffer:
    """What Enter would launch here."""

    names: dict[Lane, str | None]
    how: str
    """Sharing and device in few words."""
    is_launching: bool = False
    problem: str | None = None
    """Why the last attempt led to nothing."""
    finding: str | None = None
    """The weightiest thing the launch checks say of this choice."""
    is_stopped: bool = False
    """Whether that keeps it from being launched."""


class LaunchLine(LinesWidget, can_focus=True):
    """One line with the pair; a second one above it while there is a problem or a finding to tell."""

    DEFAULT_CSS = """
    LaunchLine {
        height: 1;
        padding: 0 1;
        background: $surface;
        &.-told { height: 2; }
        &:focus { background: $block-cursor-background; }
    }
    """

    HELP = """# Launch

**Enter** trains the two presets on this device. **k** or Escape goes back to the lists. What may spoil the run stands
above; **c** shows everything that was looked at. Nothing of it has to be read before Enter.
"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.take", "Launch", tooltip="Train both on this device"),
        Binding("up,k", "screen.back", "Back to the lists", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._offer: LaunchOffer | None = None

    def show(self, offer: LaunchOffer) -> None:
        """Take what would be launched now."""
        self._offer = offer
        self.set_class(bool(offer.problem or offer.finding), "-told")
        self.redraw()

    def on_focus(self) -> None:
        """Marked where the keys go."""
        self.redraw()

    def on_blur(self) -> None:
        """And no longer."""
        self.redraw()

    def draw(self, width: int, height: int) -> list[Line]:  # noqa: ARG002
        """The problem or else the finding, where there is one, and the pair."""
        offer = self._offer
        if offer is None:
            return []
        told: list[Line] = []
        if offer.problem:
            told = [line((clip(offer.problem, width), "error"))]
        elif offer.finding:
            tone: Tone = "error" if offer.is_stopped else "warning"
            told = [line((clip(offer.finding, width), tone))]
        return [*told, self._pair(offer, width)]

    def _pair(self, offer: LaunchOffer, width: int) -> Line:
        at = self.has_focus and not self.is_under_a_sheet
        mark = self.glyphs.chosen if at else " "
        word = "Launching…" if offer.is_launching else "" if self.is_under_a_sheet else "Launch"
        spans: list[Span] = [(f"{mark} {word}  ", "strong" if at else "muted")]
        room = max(4, (width - 24) // 2)
        for lane in LANES:
            name = offer.names.get(lane)
            if lane != LANES[0]:
                spans.append(("  +  ", "muted"))
            spans.append((f"{lane.upper()} ", "muted"))
            spans.append((clip(name, room), LANE_TONE[lane]) if name else ("nothing yet", "muted"))
        left = line(*spans)
        how = line((offer.how, "muted"))
        return spread(left, how if width_of(left) + width_of(how) + 2 <= width else (), width)
