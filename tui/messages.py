"""What reaches the app from its threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from training.analysis.state import RunState
    from training.code_trust import NamedCode
    from training.launch import Launched
    from tui.replay_feed import ReplayPlace


@dataclass
class RunChanged(Message):
    """A newer state of the run that is shown."""

    state: RunState
    looks_on: bool = False
    """Whether lanes of a lost run may still tell how they ended."""

    def can_replace(self, message: Message) -> bool:
        """Older states that still wait are of no use."""
        return isinstance(message, RunChanged) and message.state.run == self.state.run


@dataclass
class RunLaunched(Message):
    """A run was launched."""

    launched: Launched = field(repr=False)


@dataclass
class LaunchFailed(Message):
    """What was picked could not be launched: one sentence."""

    why: str


@dataclass
class AskFailed(Message):
    """The supervisor could not be asked, or refused: one sentence."""

    why: str


@dataclass
class ReadFailed(Message):
    """The run's files cannot be read now: one line."""

    why: str


@dataclass
class OpenFailed(Message):
    """A run cannot be shown: one sentence."""

    why: str


@dataclass
class NotifyFailed(Message):
    """The command of `--notify` failed, or could not be started: one line."""

    why: str


@dataclass
class EndFound(Message):
    """What will end the run though it is left to go on: one line, empty where nothing is found."""

    run: str
    why: str


@dataclass
class ReplayMoved(Message):
    """What the record of a run shows where its replay stands now."""

    state: RunState
    place: ReplayPlace

    def can_replace(self, message: Message) -> bool:
        """Older states that still wait are of no use."""
        return isinstance(message, ReplayMoved)


@dataclass
class CodeAsked(Message):
    """Code that presets name has to be said yes to before it runs; `again` is posted then, with that yes in it."""

    code: tuple[NamedCode, ...]
    again: Message
