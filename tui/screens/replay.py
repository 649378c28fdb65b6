"""A run that was recorded, shown as it was live; the record's time moves as one likes."""

from __future__ import annotations

import math
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from training.analysis.state import RunState
from training.plan import Plan
from tui.replay_feed import ReplayPlace
from tui.replay_speed import FASTEST, SLOWEST
from tui.screens.live import LiveScreen
from tui.screens.live_messages import LeaveAsked
from tui.screens.replay_keys import REPLAY_KEYS
from tui.screens.replay_messages import PlayAsked, SeekAsked, SpeedAsked
from tui.widgets.replay_line import ReplayLine
from tui.widgets.run_header import RunHeader

_OF_A_LIVE_RUN = frozenset({"pause", "stop", "probe", "share", "join", "again", "hold"})
"""What a record cannot be asked, and holding the picture: there it is the time that is held."""


class ReplayScreen(LiveScreen):
    """Shows one run's record. `show_at` takes each new state with its place; nothing here asks the run anything."""

    CSS_PATH = ["live.tcss", "replay.tcss"]  # type: ignore[assignment]

    HELP = """# A replay

The record of a run, drawn as it was drawn live. **space** stands still and plays on, **left** and **right** go ten
seconds back and forward (with shift a minute), **home** and **end** to the record's ends, **<** and **>** halve and
double the speed.

Numbers choose a panel, **z** shows it alone, **a** and **b** choose the lane whose log **g** shows. At the end
**Enter** shows the report. Nothing here touches a run, and **q** leaves at once.
"""

    BINDINGS: ClassVar[list[BindingType]] = REPLAY_KEYS

    def __init__(self, state: RunState, place: ReplayPlace) -> None:
        super().__init__(state)
        self._place = place

    @property
    def plan(self) -> Plan | None:
        """None: what was recorded is not run again from here."""
        return None

    def compose(self) -> ComposeResult:
        """The live screen, and the replay's line under it."""
        yield from super().compose()
        yield ReplayLine(self._place, id="replay")

    def on_mount(self) -> None:
        """Say in the header what this is. The live screen's own mounting comes after this and paints."""
        self.query_one(RunHeader).is_replay = True

    def show_at(self, state: RunState, place: ReplayPlace) -> None:
        """Take what the record shows where the replay stands now."""
        self._place = place
        self.show(state)

    def _paint(self) -> None:
        super()._paint()
        if self.is_mounted and self.is_active:
            self.query_one(ReplayLine).show(self._place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing that asks a run; and no speed beyond its bounds."""
        if action in _OF_A_LIVE_RUN:
            return False
        match action, parameters:
            case "speed", (float() | int() as factor,):
                return True if SLOWEST <= self._place.speed * factor <= FASTEST else None
            case _:
                return super().check_action(action, parameters)

    def action_play(self) -> None:
        """Stand still, or play on."""
        self.post_message(PlayAsked())

    def action_seek(self, seconds: float) -> None:
        """Forward or back."""
        self.post_message(SeekAsked(seconds))

    def action_to_beginning(self) -> None:
        """To where the record begins."""
        self.post_message(SeekAsked(-math.inf))

    def action_to_end(self) -> None:
        """To what was recorded last."""
        self.post_message(SeekAsked(math.inf))

    def action_speed(self, factor: float) -> None:
        """Faster or slower."""
        self.post_message(SpeedAsked(factor))

    def action_back(self) -> None:
        """Out of the zoom, else leave."""
        if self.has_class("-zoom"):
            self.action_zoom()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """At once: there is nothing to ask."""
        self.post_message(LeaveAsked("close"))
