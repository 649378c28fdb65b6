"""The presets of a lane in the order that was asked for; what is not known stands last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from training.preset.digest import preset_digest
from tui import format
from tui.ages import age_text
from tui.screens.pick_knowledge import PickKnowledge
from tui.widgets.preset_order import ListOrder, OrderBy

if TYPE_CHECKING:
    from training.plan import PlannedDevice
    from training.preset import Preset
    from training.preset_library import PresetEntry


@dataclass(frozen=True, slots=True)
class _Told:
    """What an entry is sorted by: more of it stands first."""

    much: float
    text: str


def ordered(
    by: OrderBy,
    entries: Sequence[PresetEntry],
    knowledge: PickKnowledge,
    device: PlannedDevice | None,
    now: datetime,
) -> tuple[tuple[PresetEntry, ...], ListOrder]:
    """The entries in that order, and what the list says of it: the largest, the latest, the fastest first.

    Args:
        by: what they are sorted by; the order in which they come is that of their names.
        entries: those of one lane, with what is set beside their files.
        knowledge: what is known by now.
        device: what the lane trains on, for its speed there.
        now: what ages are told from.
    """
    if by == "name":
        return tuple(entries), ListOrder()
    tell = _teller(by, entries, knowledge, device, now)
    told = {entry.reference: tell(entry, entry.preset) if entry.preset else None for entry in entries}

    def rank(entry: PresetEntry) -> float:
        known = told[entry.reference]
        return float("inf") if known is None else -known.much

    notes = {reference: format.UNKNOWN if known is None else known.text for reference, known in told.items()}
    return tuple(sorted(entries, key=rank)), ListOrder(by, notes)


def _teller(
    by: OrderBy,
    entries: Sequence[PresetEntry],
    knowledge: PickKnowledge,
    device: PlannedDevice | None,
    now: datetime,
) -> Callable[[PresetEntry, Preset], _Told | None]:
    def size(_entry: PresetEntry, preset: Preset) -> _Told | None:
        told = knowledge.descriptions.get(preset_digest(preset))
        if told is None or isinstance(told, str):
            return None
        return _Told(told.parameters, format.count(told.parameters))

    if by == "size":
        return size
    experience = knowledge.experience
    if experience is None:
        return lambda _entry, _preset: None
    from training.analysis.preset_use import last_uses, speed_alone

    def speed(_entry: PresetEntry, preset: Preset) -> _Told | None:
        rate = None if device is None else speed_alone(preset, device, experience.measured)
        if rate is None:
            return None
        rough = "" if rate.only is None else "≈"
        return _Told(rate.steps_per_s, f"{rough}{format.rate(rate.steps_per_s)}/s")

    if by == "speed":
        return speed
    uses = last_uses(experience.measured)
    called = Counter(entry.name for entry in entries)

    def last_used(entry: PresetEntry, preset: Preset) -> _Told | None:
        then = uses.of(preset_digest(preset), entry.name if called[entry.name] == 1 else None)
        return None if then is None else _Told(then.timestamp(), age_text(then, now))

    return last_used
