"""What the supervisor's meter tells in `device.jsonl`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from training.plan import Lane
from training.record.lane_records import Schema
from training.record.tagged import Record

FigureState = Literal["value", "idle", "pending", "unsupported"]


class DeviceReading(Struct, frozen=True, omit_defaults=True):
    """The whole device at one moment; None is not known, never zero."""

    memory_used_bytes: int | None = None
    memory_total_bytes: int | None = None
    utilization_percent: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    sm_clock_mhz: int | None = None
    memory_clock_mhz: int | None = None
    energy_j: float | None = None


class LaneReading(Struct, frozen=True, omit_defaults=True):
    """One lane's process tree at one moment.

    `memory_bytes` is device memory (on a CPU: RSS). `cpu_percent` is of one core and may pass 100.
    """

    pid: int
    memory_bytes: int | None = None
    sm_percent: float | None = None
    cpu_percent: float | None = None
    rss_bytes: int | None = None


class OtherReading(Struct, frozen=True, omit_defaults=True):
    """A process on the device that is not ours."""

    pid: int
    memory_bytes: int | None = None
    name: str | None = None
    user: str | None = None


class Sample(Record, frozen=True, tag="sample"):
    """Everything the meter read at `t`. `seconds` is what reading it took."""

    t: float
    device: DeviceReading
    lanes: dict[Lane, LaneReading] = {}
    others: tuple[OtherReading, ...] = ()
    seconds: float = 0.0


class Figure(Struct, frozen=True, omit_defaults=True):
    """Where a figure comes from: `source` (NVML, host…), `scope` (process, device), its state and why."""

    source: str
    scope: Literal["process", "device"]
    state: FigureState = "value"
    reason: str = ""


class Source(Record, frozen=True, tag="source"):
    """Written when it changes: for each figure (`lanes.memory_bytes`, `device.utilization_percent`, …) its source.

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
