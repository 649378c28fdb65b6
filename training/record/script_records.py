"""What only a script's or a program's lane tells: how its steps are told, and what it does beside them."""

from __future__ import annotations

from typing import Literal

from training.record.tagged import Record

StepTelemetry = Literal["each", "polled", "none"]


class Telemetry(Record, frozen=True, tag="telemetry"):
    """How a script's or program's steps are told from here on; of a preset each is.

    "each" passes a gate. Steps that are "polled" are read once a second and pass none; "none" are there to be told.
    """

    t: float
    steps: StepTelemetry
    why: str = ""


class Aside(Record, frozen=True, tag="aside"):
    """A script did something else for a while: an `evaluate` or `predict` of its own, or a fit inside a fit."""

    t: float
    what: str
    seconds: float
    within_fit: bool = False


class Limit(Record, frozen=True, tag="limit"):
    """A bound of the run is reached in a loop that only its script could end: "steps", "minutes" or "epochs"."""

    t: float
    step: int
    reached: str


class NoGate(Record, frozen=True, tag="no_gate"):
    """A script that is asked to stop has no step at which it could: nothing but a signal ends it."""

    t: float
    why: str


class Remark(Record, frozen=True, tag="remark"):
    """Something about a script's lane that is worth a line, said in its process."""

    t: float
    message: str
