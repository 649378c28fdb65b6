"""What the runs screen asks for, what its workers hand it, and how a screen asks to be left for the one beneath."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.message import Message

if TYPE_CHECKING:
    from textual.screen import Screen

    from training.analysis.run_listing import ListedRun


@dataclass
class BackAsked(Message):
    """Back to where one came from."""

    left: Screen[Any]
    """The screen that is to be left: a second Escape typed ahead must not leave the next one as well."""


@dataclass
class RunChosen(Message):
    """A run is to be opened."""

    folder: str


@dataclass
class RunsRead(Message):
    """The runs in reach, with their sizes as far as they are known by now."""

    runs: tuple[ListedRun, ...]


@dataclass
class RunsUnread(Message):
    """The runs cannot be listed now: one line."""

    why: str


@dataclass
class RunRemoved(Message):
    """The deletion of a run has ended, well or not."""

    folder: str
    problem: str = ""
    """Why it was not deleted, in one sentence."""
