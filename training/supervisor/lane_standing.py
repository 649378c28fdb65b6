"""Where a lane stands, as sharing policies see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from training.plan import Lane

Stage = Literal["unlaunched", "importing", "queued", "warming", "warm", "released", "ended"]


@dataclass(frozen=True, slots=True)
class LaneStanding:
    """A lane's stage and since when, in seconds since the run began."""

    stage: Stage
    since_s: float
    waits_for_turn: bool = False
    """Whether it was told to stand still because it is the other's turn."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Start the lane's process."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Give the lane the token: it alone initialises the device now."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class Release:
    """Open the barrier for these lanes."""

    lanes: tuple[Lane, ...]
    because: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """End a lane that does not come up."""

    lane: Lane
    because: str


@dataclass(frozen=True, slots=True)
class HoldBack:
    """Have a lane that trains stand still at its next batch: it is the other's turn."""

    lane: Lane


@dataclass(frozen=True, slots=True)
class LetTrain:
    """Let a lane that was held back train again."""

    lane: Lane


Action = Launch | WarmUp | Release | GiveUp | HoldBack | LetTrain
