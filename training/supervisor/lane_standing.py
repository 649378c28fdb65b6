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


Action = Launch | WarmUp | Release | GiveUp
