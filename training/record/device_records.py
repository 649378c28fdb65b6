"""What the supervisor's meter tells in `device.jsonl`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.plan import Lane
from training.record.lane_records import Schema
from training.record.tagged import Record

FigureState = Literal["value", "estimate", "idle", "pending", "unsupported"]
"""`idle`: the source answers and has nothing to tell; `estimate`: an inferred value, its reason says from what."""

ProcessKind = Literal["compute", "graphics", "mps"]
"""In which of the driver's lists a process stands; `mps` is a client of an MPS server."""

EventReason = Literal[
    "power cap",
    "thermal",
    "hardware slowdown",
    "hardware thermal",
    "power brake",
    "sync boost",
    "display clocks",
    "board limit",
    "reliability",
]
"""Why a GPU holds its clocks down. Being idle and clocks set by an application are no such reasons."""


class DeviceReading(Struct, frozen=True, omit_defaults=True):
    """The whole device at one moment; None is not known, never zero.

    `memory_used_bytes` includes `memory_reserved_bytes`, which the driver keeps. The last four are GPM's, of the
    whole device (or MIG instance) since the sample before. `event_reasons` is empty where nothing holds the
    clocks down.
    """

    memory_used_bytes: int | None = None
    memory_reserved_bytes: int | None = None
    memory_total_bytes: int | None = None
    utilization_percent: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    sm_clock_mhz: int | None = None
    memory_clock_mhz: int | None = None
    energy_j: float | None = None
    power_limit_w: float | None = None
    event_reasons: tuple[EventReason, ...] | None = None
    sm_active_percent: float | None = None
    sm_occupancy_percent: float | None = None
    tensor_active_percent: float | None = None
    dram_bandwidth_percent: float | None = None


class LaneReading(Struct, frozen=True, omit_defaults=True):
    """One lane's process tree at one moment.

    `memory_bytes` is device memory (on a CPU: RSS). `cpu_percent` is of one core and may pass 100. `sm_age_s` is
    how old the newest sample behind `sm_percent` is.
    """

    pid: int
    memory_bytes: int | None = None
    sm_percent: float | None = None
    sm_age_s: float | None = None
    cpu_percent: float | None = None
    rss_bytes: int | None = None


class OtherReading(Struct, frozen=True, omit_defaults=True):
    """A process on the device that is not ours."""

    pid: int
    memory_bytes: int | None = None
    name: str | None = None
    user: str | None = None
    kind: ProcessKind | None = None


class Sample(Record, frozen=True, tag="sample"):
    """Everything the meter read at `t`. `seconds` is what reading it took.

    In the file `others` is None where it is as in the last sample that had it. `others_sm_percent` is the SM time
    share of all processes that are not ours, where the driver tells shares of processes.
    """

    t: float
    device: DeviceReading
    lanes: dict[Lane, LaneReading] = {}
    others: tuple[OtherReading, ...] | None = None
    others_sm_percent: float | None = None
    seconds: float = 0.0


class Figure(Struct, frozen=True, omit_defaults=True):
    """Where a figure comes from: `source` (NVML, host…), `scope` (process, device), its state and why."""

    source: str
    scope: Literal["process", "device"]
    state: FigureState = "value"
    reason: str = ""


class Source(Record, frozen=True, tag="source"):
    """Written when it changes: for each figure (`lanes.memory_bytes`, `device.utilization_percent`, …) its source.

    Where the lanes differ, `lanes.a.memory_bytes` goes before `lanes.memory_bytes`.
    `cores` is the CPU capacity the lanes may use, which makes percent of the machine from percent of a core.
    """

    t: float
    figures: dict[str, Figure]
    cores: float | None = None


class MeterTrouble(Record, frozen=True, tag="meter_trouble"):
    """A reading failed; sampling goes on."""

    t: float
    message: str
    count: int = 1


DeviceRecord = Schema | Sample | Source | MeterTrouble
