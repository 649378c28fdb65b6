"""A plan: which presets, on which device, shared how, for how long."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from training.preset import Preset, preset_digest
from training.record.whole_file import write_whole

Lane = Literal["a", "b"]
LANES: tuple[Lane, Lane] = ("a", "b")
Sharing = Literal["together", "sequential", "one-process", "mps", "adaptive"]
SHARINGS: tuple[Sharing, ...] = ("together", "sequential", "adaptive", "one-process", "mps")
"""All of them, in the order in which they are offered."""
CHANGEABLE: tuple[Sharing, ...] = ("together", "sequential", "adaptive")
"""Between these a run may go over while it trains."""

MPS_WARNING = "Under MPS the two trainings share one fate: a fatal GPU fault in one ends both."
"""Said before a run under MPS and at its start (NVIDIA's MPS documentation, "Error containment")."""

IfNoGpu = Literal["fail", "cpu"]
"""What a lane does whose framework sees no GPU though one was chosen."""

PLAN_SCHEMA = 1


class PlanError(ValueError):
    """A plan that cannot be read."""


class PlannedDevice(Struct, frozen=True):
    """A device. A GPU is named by UUID: indices are not stable.

    `mig_of` is the UUID of the GPU that a MIG instance is part of. With `unified` the GPU has no memory of its own:
    `memory_bytes` is the machine's.
    """

    kind: Literal["cpu", "gpu"]
    name: str
    uuid: str | None = None
    memory_bytes: int | None = None
    chosen_because: str = ""
    mig_of: str | None = None
    unified: bool = False
    one_process: bool = False
    """Compute mode EXCLUSIVE_PROCESS: one process, or one MPS server, at a time."""


class MpsLimits(Struct, frozen=True):
    """What each lane may take under MPS; a lane that is not named has no limit."""

    shares_percent: dict[Lane, Annotated[int, Meta(ge=1, le=100)]] = {}
    """Of the multiprocessors' threads (CUDA_MPS_ACTIVE_THREAD_PERCENTAGE)."""
    pinned_memory_mib: dict[Lane, Annotated[int, Meta(ge=1)]] = {}
    """Of the device's memory (CUDA_MPS_PINNED_DEVICE_MEM_LIMIT)."""


class Limits(Struct, frozen=True):
    """How long each lane trains; None leaves it to the preset. The `_s` limits bound the start."""

    epochs: Annotated[int, Meta(ge=1)] | None = None
    steps: Annotated[int, Meta(ge=1)] | None = None
    minutes: Annotated[float, Meta(gt=0)] | None = None
    barrier_s: float = 180.0
    """How long a warm lane waits for the other before it is released alone."""
    warm_up_s: float = 900.0
    """How long a lane may take to become warm before it is given up."""
    no_step_s: float = 60.0
    """How long a script may show no step once its turn has come, before it is taken to have none to show yet."""
    stop_s: float = 20.0
    """How long a lane may take to end after being asked, before it gets SIGTERM."""


class Probing(Struct, frozen=True, omit_defaults=True):
    """How contention is measured while the run goes on."""

    enabled: bool = True
    seconds: float | None = None
    """The least length of a probe's window; None: chosen from the run's length."""
    blocks: Annotated[int, Meta(ge=1)] | None = None
    """Exactly so many blocks at the start, whatever they cost, and none later; None: as the budget allows."""
    then_stop: bool = False
    """Stop both lanes once those blocks are done."""


class NotifyCommand(Struct, frozen=True):
    """A command of the user's own that is run at the end of each lane."""

    arguments: tuple[str, ...]
    """The program's path and its arguments."""
    folder: str
    """Where it was asked for, and is run."""


class LanePlan(Struct, frozen=True):
    """One lane: a preset as resolved, with its overrides already in it."""

    preset_name: str
    origin: str
    preset: Preset
    preset_path: str | None = None
    overrides: tuple[str, ...] = ()
    """What was set beside the preset's file, in order; it is in `preset` already."""
    script_digest: str = ""
    """The preset's digest when it was planned, where a script's file is part of it: that may be another by the end."""

    @property
    def digest(self) -> str:
        """What names the training, as it was planned."""
        return self.script_digest or preset_digest(self.preset)


class Plan(Struct, frozen=True):
    """What was asked."""

    run: str
    lanes: dict[Lane, LanePlan]
    device: PlannedDevice
    """What both lanes share; where each has a MIG instance of its own, the GPU they are part of."""
    sharing: Sharing = "together"
    limits: Limits = Limits()
    lane_devices: dict[Lane, PlannedDevice] = {}
    """The MIG instance of each lane, where each has its own."""
    if_no_gpu: IfNoGpu = "fail"
    mps: MpsLimits = MpsLimits()
    probing: Probing = Probing()
    turn_steps: dict[Lane, Annotated[int, Meta(ge=1)]] = {}
    """With `one-process`: how many steps a lane takes in its turn; 1 where it is not named."""
    retry_of: str | None = None
    """The name of the run this one tries again."""
    notify: NotifyCommand | None = None
    """What the supervisor runs when a lane has ended."""
    tensorboard: str | None = None
    """The folder in which TensorBoard event files are written while the run goes on; an absolute path."""
    created_at: str = ""
    """Wall time, ISO 8601 with offset: for people only."""
    versions: dict[str, str] = {}
    host: str = ""
    schema: int = PLAN_SCHEMA

    def device_of(self, lane: Lane) -> PlannedDevice:
        """What the lane trains on."""
        return self.lane_devices.get(lane, self.device)


def write_plan(plan: Plan, path: Path) -> None:
    """Write the plan as readable JSON, whole or not at all.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    write_whole(path, msgspec.json.format(msgspec.json.encode(plan), indent=1))


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        PlanError: the file is missing, damaged, or of a later version.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Plan)
    except (OSError, msgspec.DecodeError) as error:
        raise PlanError(f"{path}: not a plan this version can read: {error}") from error
