"""What the pick screen asks for, and what its workers hand it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from training.plan import Lane, Sharing

if TYPE_CHECKING:
    from training.analysis.forecast_memory import Experience
    from training.description import Description
    from training.launch import LaunchRequest
    from training.meters.devices import DeviceListing
    from training.preflight import Check
    from training.preset_library import PresetEntry


@dataclass(frozen=True)
class Pair:
    """Two presets, what is set beside them, and the device: all but the sharing of what would be launched."""

    presets: Mapping[Lane, str]
    """References."""
    device: str
    overrides: tuple[str, ...] = ()
    """What is set beside the presets' files: a lane, a key and a value each."""


@dataclass
class LaunchAsked(Message):
    """The pair, device and sharing that stand on the screen should be launched."""

    request: LaunchRequest


@dataclass
class PresetsRead(Message):
    """The presets in reach, with the descriptions that are kept of them, by digest."""

    entries: tuple[PresetEntry, ...]
    descriptions: dict[str, Description]


@dataclass
class DevicesRead(Message):
    """The devices of this machine."""

    listing: DeviceListing


@dataclass
class EarlierRead(Message):
    """What earlier runs and benches measured."""

    experience: Experience


@dataclass
class Described(Message):
    """A description was made, or could not be: then it is the reason in one line."""

    digest: str
    description: Description | str


@dataclass
class Checked(Message):
    """What the launch checks say of a pair on a device, for each way of sharing it."""

    pair: Pair
    findings: dict[Sharing, tuple[Check, ...]]


@dataclass(frozen=True)
class SaveAsked:
    """A lane's preset is to be saved as one of the user's own."""

    lane: Lane
    entry: PresetEntry
    """As it stands, with what is set beside its file."""
    name: str
    overwrite: bool = False


@dataclass
class PresetSaved(Message):
    """It was saved; `saved` is the new one."""

    asked: SaveAsked
    saved: PresetEntry


@dataclass
class NameTaken(Message):
    """It was not saved: the user has a preset of that name."""

    asked: SaveAsked


@dataclass
class ReadFailed(Message):
    """Something could not be read; one line."""

    why: str
