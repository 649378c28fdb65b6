"""What whoever measures can do to the lanes."""

from __future__ import annotations

from typing import Protocol

from training.plan import Lane
from training.record.contention_records import HeldFor


class Hands(Protocol):
    """What a prober can do to the lanes."""

    def hold(self, lane: Lane, why: HeldFor) -> bool:
        """Have it stand still."""

    def let_go(self, lane: Lane, why: HeldFor) -> bool:
        """Let it train again."""

    def why_held(self, lane: Lane) -> frozenset[HeldFor]:
        """What holds it now."""

    def time_window(self, lane: Lane, seconds: float, steps: int, whole_epochs: bool) -> int | None:
        """Ask for a window; its id, None where the lane does not take it."""

    def time_cached_batch(self, lane: Lane, seconds: float, steps: int) -> int | None:
        """Ask for a window on one batch that is at hand; its id, None where the lane does not take it."""

    def lives(self, lane: Lane) -> bool:
        """Whether it has a process that trains."""

    def hears(self) -> bool:
        """Whether what lanes tell arrives: a full disk takes no record."""
