"""When the pick screen asks for a description: one at a time, once the highlight has rested."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from training.preset.digest import preset_digest
from tui.screens.pick_knowledge import PickKnowledge
from tui.screens.pick_messages import Described
from tui.screens.pick_reading import PickReader

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from training.preset_library import PresetEntry


class Describing:
    """Each description costs a process some seconds of CPU: none is asked for in passing."""

    def __init__(
        self,
        screen: Screen[None],
        reader: PickReader,
        knowledge: PickKnowledge,
        highlighted: Callable[[], PresetEntry | None],
        rest_s: float,
    ) -> None:
        self._screen = screen
        self._reader = reader
        self._knowledge = knowledge
        self._highlighted = highlighted
        self._rest_s = rest_s
        self._rest: Timer | None = None

    def let_rest(self, begun: Callable[[], None]) -> None:
        """The highlight may have moved: begin to wait anew.

        Args:
            begun: called when a description has been asked for.
        """
        self._stop_waiting()
        if self._knowledge.needs_description(self._highlighted()):
            self._rest = self._screen.set_timer(self._rest_s, lambda: self._ask(begun))

    def take(self, message: Described) -> None:
        """A description has come."""
        self._knowledge.describing = None
        self._knowledge.descriptions[message.digest] = message.description

    def stop(self) -> None:
        """Ask for nothing, and end the process that describes."""
        self._stop_waiting()
        self._knowledge.describing = None
        self._reader.stop_describing()

    def _stop_waiting(self) -> None:
        if self._rest is not None:
            self._rest.stop()
            self._rest = None

    def _ask(self, begun: Callable[[], None]) -> None:
        entry = self._highlighted()
        # While one is being described the next waits: what comes of the first makes it look again.
        busy = self._knowledge.describing is not None or not self._screen.is_active
        if busy or entry is None or entry.preset is None:
            return
        self._knowledge.describing = preset_digest(entry.preset)
        self._reader.describe(entry, self._knowledge.describing)
        begun()
