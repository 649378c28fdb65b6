"""A bench's plan: which presets, which ways of sharing, how many launches and blocks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from training.plan import LanePlan, Limits, PlanError, PlannedDevice, Probing, Sharing

BENCH_PLAN_SCHEMA = 1

REFERENCE: Sharing = "sequential"
"""What every other mode is held against; its throughput is 1 by definition, so that it needs no launch."""

MEASURED: tuple[Sharing, ...] = ("together", "one-process", "mps")
"""The modes that a bench launches, in the order in which they are shown."""

WINDOWS_OF_A_BLOCK = 4
"""A block is two windows, one of each lane alone, and as much shared time."""
_SLOWEST_WINDOW_S = 60.0
_START_S = 600.0


class BenchPlanError(PlanError):
    """A bench's plan that cannot be read."""


class BenchPreset(Struct, frozen=True):
    """One preset that was named. `label` is its name, with its letter where another of that name differs."""

    label: str
    planned: LanePlan


class BenchPlan(Struct, frozen=True):
    """What was asked. `presets` are in the order they were named in, and may hold one twice."""

    bench: str
    presets: tuple[BenchPreset, ...]
    modes: tuple[Sharing, ...]
    """What is launched: the modes that were asked for but the reference."""
    device: PlannedDevice
    device_request: str
    """Names the device again for each launch, as on the command line."""
    blocks: Annotated[int, Meta(ge=1)] = 5
    """Of each launch."""
    seconds: Annotated[float, Meta(gt=0)] = 10.0
    """The least length of each window."""
    launches: Annotated[int, Meta(ge=1)] = 1
    """Fresh launches of each pair in each mode."""
    force_fit: bool = False
    """Launch also where the forecast says that the memory does not do."""
    created_at: str = ""
    """Wall time, ISO 8601 with offset: for people only."""
    versions: dict[str, str] = {}
    host: str = ""
    schema: int = BENCH_PLAN_SCHEMA

    @property
    def probing(self) -> Probing:
        """How each of its runs is probed: so many blocks, and then it stops by itself."""
        return Probing(seconds=self.seconds, blocks=self.blocks, then_stop=True)

    @property
    def limits(self) -> Limits:
        """What bounds each of its runs if its blocks do not: also one whose bench is gone ends at last."""
        window_s = max(self.seconds * 3, _SLOWEST_WINDOW_S)
        return Limits(minutes=(_START_S + self.blocks * WINDOWS_OF_A_BLOCK * window_s) / 60)


def write_bench_plan(plan: BenchPlan, path: Path) -> None:
    """Write the plan as readable JSON."""
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=1))


def read_bench_plan(path: Path) -> BenchPlan:
    """Read a bench's plan.

    Raises:
        BenchPlanError: the file is missing, damaged, or of a later version.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=BenchPlan)
    except (OSError, msgspec.DecodeError) as error:
        raise BenchPlanError(f"{path}: not a bench's plan this version can read: {error}") from error
