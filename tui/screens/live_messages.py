"""What the live and the report screen ask for. They never talk to a supervisor: the app does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from textual.message import Message

from training.plan import Lane, Sharing

if TYPE_CHECKING:
    from training.control.protocol import Asking, Request
    from training.launch import LaunchRequest


class SupervisorAsked(Message):
    """Something the supervisor is to do."""

    def request(self, by: str) -> Request:
        """What is sent to it. Called in a thread: it may take its time.

        Raises:
            PresetError: of a lane that is to join, the preset cannot be used.
        """
        raise NotImplementedError


@dataclass
class PauseAsked(SupervisorAsked):
    """Pause a lane at its next batch."""

    lane: Lane

    def request(self, by: str) -> Request:
        """As asked."""
        return _request("pause", by, lane=self.lane)


@dataclass
class ResumeAsked(SupervisorAsked):
    """Let a paused lane train again."""

    lane: Lane

    def request(self, by: str) -> Request:
        """As asked."""
        return _request("resume", by, lane=self.lane)


@dataclass
class StopAsked(SupervisorAsked):
    """Stop a lane, or both: asked and confirmed."""

    lane: Lane | None = None
    """None for both."""

    def request(self, by: str) -> Request:
        """As asked."""
        return _request("stop", by, lane=self.lane)


@dataclass
class ProbeAsked(SupervisorAsked):
    """Measure the contention now."""

    def request(self, by: str) -> Request:
        """As asked."""
        return _request("probe", by)


@dataclass
class ShareAsked(SupervisorAsked):
    """Share the device in another way from now on."""

    sharing: Sharing

    def request(self, by: str) -> Request:
        """As asked."""
        return _request("share", by, sharing=self.sharing)


@dataclass
class JoinAsked(SupervisorAsked):
    """Train a preset beside the lane that trains, or in the place of one that has ended."""

    reference: str
    confirmed: frozenset[str] = frozenset()
    """Digests of code that it names, to which the person has just said yes."""

    def request(self, by: str) -> Request:
        """With the preset as it is on the disk now.

        Raises:
            PresetError: it cannot be used.
            CodeNotConfirmedError: it names code that nobody has said yes to.
        """
        from training.planned_lanes import joining_lane

        return _request("join", by, planned=joining_lane(self.reference, confirmed=self.confirmed))


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


def _request(what: Asking, by: str, **more: Any) -> Request:
    from training.control.protocol import Request  # late: the first paint does not wait for it

    return Request(ask=what, by=by, **more)
