"""What the live and the report screen ask for. They never talk to a supervisor: the app does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from training.plan import Lane

if TYPE_CHECKING:
    from training.launch import LaunchRequest


@dataclass
class PauseAsked(Message):
    """Pause a lane at its next batch."""

    lane: Lane


@dataclass
class ResumeAsked(Message):
    """Let a paused lane train again."""

    lane: Lane


@dataclass
class StopAsked(Message):
    """Stop a lane, or both: asked and confirmed."""

    lane: Lane | None = None
    """None for both."""


@dataclass
class LeaveAsked(Message):
    """Leave the screen."""

    how: Literal["detach", "stop", "close"]
    """Let the run go on, stop both lanes first, or close: nothing is live any more."""


@dataclass
class PeriodChosen(Message):
    """How often a new state is wanted."""

    period_s: float


@dataclass
class ReportAsked(Message):
    """Show the report of a run that has ended."""


@dataclass
class AgainAsked(Message):
    """Run the pair of an ended run again: asked and answered how."""

    request: LaunchRequest


@dataclass
class CurvesAsked(Message):
    """From the report back to the run's curves."""


@dataclass
class NewRunAsked(Message):
    """From the report on to another run."""
