"""What was set beside presets on the pick screen, for each lane and preset; a launch takes it, no file does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from training.plan import Lane

if TYPE_CHECKING:
    from training.preset_library import PresetEntry


class PickEdits:
    """Stays with its preset while the highlight goes elsewhere and comes back."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Lane, str], tuple[str, ...]] = {}
        self._dropped: list[str] = []

    def keep(self, lane: Lane, reference: str, overrides: Sequence[str]) -> None:
        """Take the place of what was set before; nothing takes it all back."""
        if overrides:
            self._kept[lane, reference] = tuple(overrides)
        else:
            self._kept.pop((lane, reference), None)

    def applied(self, lane: Lane, entries: Iterable[PresetEntry]) -> tuple[PresetEntry, ...]:
        """The entries as the lane would train them; what a file does not allow (any more) is dropped."""
        return tuple(self._applied(lane, entry) for entry in entries)

    def take_dropped(self) -> list[str]:
        """A sentence for each that was dropped since this was asked last."""
        told, self._dropped = self._dropped, []
        return told

    def _applied(self, lane: Lane, entry: PresetEntry) -> PresetEntry:
        overrides = self._kept.get((lane, entry.reference))
        if overrides is None:
            return entry
        from training.preset import PresetError
        from training.preset_library import overridden

        try:
            return overridden(entry, overrides)
        except PresetError as error:
            self.keep(lane, entry.reference, ())
            self._dropped.append(f"lane {lane.upper()}: {entry.name} is taken as its file says: {error}")
            return entry
