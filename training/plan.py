"""A plan: which presets, on which device, shared how, for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from training.preset import Preset

Lane = Literal["a", "b"]
LANES: tuple[Lane, Lane] = ("a", "b")
Sharing = Literal["together", "sequential", "one-process", "mps", "adaptive"]
SHARING_NOW: tuple[Sharing, ...] = ("together", "sequential")
"""The modes that can be launched today."""

PLAN_SCHEMA = 1


class PlanError(ValueError):
    """A plan that cannot be read."""


class PlannedDevice(Struct, frozen=True):
    """The one device both lanes share. A GPU is named by UUID: indices are not stable."""

    kind: Literal["cpu", "gpu"]
    name: str
    uuid: str | None = None
    memory_bytes: int | None = None
    chosen_because: str = ""


class Limits(Struct, frozen=True):
    """How long each lane trains; None leaves it to the preset. The `_s` limits bound the start."""

    epochs: Annotated[int, Meta(ge=1)] | None = None
    steps: Annotated[int, Meta(ge=1)] | None = None
    minutes: Annotated[float, Meta(gt=0)] | None = None
    barrier_s: float = 180.0
    """How long a warm lane waits for the other before it is released alone."""
    warm_up_s: float = 900.0
    """How long a lane may take to become warm before it is given up."""
    stop_s: float = 20.0
    """How long a lane may take to end after being asked, before it gets SIGTERM."""


class LanePlan(Struct, frozen=True):
    """One lane: a preset as resolved, with its overrides already in it."""

    preset_name: str
    origin: str
    preset: Preset
    preset_path: str | None = None


class Plan(Struct, frozen=True):
    """What was asked."""

    run: str
    lanes: dict[Lane, LanePlan]
    device: PlannedDevice
    sharing: Sharing = "together"
    limits: Limits = Limits()
    created_at: str = ""
    """Wall time, ISO 8601 with offset: for people only."""
    versions: dict[str, str] = {}
    host: str = ""
    schema: int = PLAN_SCHEMA


def write_plan(plan: Plan, path: Path) -> None:
    """Write the plan as readable JSON."""
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=1))


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        PlanError: the file is missing, damaged, or of a later version.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError) as error:
        raise PlanError(f"{path}: not a plan this version can read: {error}") from error
