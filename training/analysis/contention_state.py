"""Contention at one moment, as every reader of a run sees it: frozen, so it may cross threads."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.analysis.contention import Contention
from training.analysis.pair_limits import PairLimit
from training.plan import Lane
from training.record.contention_records import Decided, HeldFor


@dataclass(frozen=True, slots=True)
class BlockPoint:
    """One block that counts: its own slowdowns, STP and speed-up, at the time of its newest span."""

    index: int
    t: float
    slowdown: dict[Lane, float]
    stp: float
    speedup: float | None = None
    """Of the whole, for the lanes' whole lengths, start-up left out."""


@dataclass(frozen=True, slots=True)
class ProbeMark:
    """A probe on the time axis: `lane` was timed alone; `t1` None while it goes on."""

    block: int
    lane: Lane
    t0: float
    t1: float | None = None
    counts: bool = True
    """False where it was disturbed or cut short."""


@dataclass(frozen=True, slots=True)
class ContentionState:
    """What the blocks say so far. Fields are empty or None where nothing is known yet."""

    contention: Contention = Contention()
    """For the lanes' whole lengths: what the report says."""
    saved_ahead_s: float | None = None
    """Seconds that going on together saves to the end of the run against one after the other; below 0 it loses."""
    turns_are_faster: bool = False
    """Whether the newest blocks say that taking turns would be faster for what is left."""
    probing: ProbeMark | None = None
    """The probe that goes on now."""
    held: dict[Lane, tuple[HeldFor, ...]] = field(default_factory=dict)
    """Why a lane stands still: for a person, a probe, or the other's turn."""
    points: tuple[BlockPoint, ...] = ()
    """The history of slowdowns, oldest first."""
    marks: tuple[ProbeMark, ...] = ()
    """The probes, oldest first."""
    decided: Decided | None = None
    """What `adaptive` chose last."""
    limits: tuple[PairLimit, ...] = ()
    """What limits the pair, each with its evidence; empty where one lane has the device to itself."""
