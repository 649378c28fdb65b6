"""What the replay screen asks of whoever plays the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui.replay_feed import ReplayFeed


class ReplayAsked(Message):
    """Something the replay is to do."""

    def tell(self, feed: ReplayFeed) -> None:
        """Have it done."""
        raise NotImplementedError


@dataclass
class PlayAsked(ReplayAsked):
    """Play, or stand still."""

    def tell(self, feed: ReplayFeed) -> None:
        """As asked."""
        feed.play_or_pause()


@dataclass
class SeekAsked(ReplayAsked):
    """Go forward, or back (negative); infinitely far is to the end or the beginning."""

    seconds: float

    def tell(self, feed: ReplayFeed) -> None:
        """As asked."""
        feed.seek_by(self.seconds)


@dataclass
class SpeedAsked(ReplayAsked):
    """Play so many times as fast."""

    factor: float

    def tell(self, feed: ReplayFeed) -> None:
        """As asked."""
        feed.speed_times(self.factor)
