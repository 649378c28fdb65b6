"""What the pick screen asks for, and what its workers hand it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from training.analysis.earlier_runs import EarlierRuns
    from training.description import Description
    from training.launch import LaunchRequest
    from training.meters.devices import DeviceListing
    from training.preset_library import PresetEntry


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
    """What earlier runs say."""

    runs: EarlierRuns


@dataclass
class Described(Message):
    """A description was made, or could not be: then it is the reason in one line."""

    digest: str
    description: Description | str


@dataclass
class ReadFailed(Message):
    """Something could not be read; one line."""

    why: str
