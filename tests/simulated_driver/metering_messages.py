"""What the test and the meter's process tell each other, one JSON line each."""

from __future__ import annotations

from msgspec import Struct

from training.meters.meter import LaneProcess
from training.meters.pid_namespace import Surroundings
from training.plan import Lane, PlannedDevice
from training.record.device_records import Sample, Source


class Opening(Struct, frozen=True):
    """The first line: what to meter."""

    device: PlannedDevice
    lane_devices: dict[Lane, PlannedDevice] = {}
    surroundings: Surroundings | None = None


class Request(Struct, frozen=True):
    """Sample now, which is `now_s` seconds since the run began."""

    now_s: float
    lanes: dict[Lane, LaneProcess]


class Answer(Struct, frozen=True):
    """What came of it; the first answer, to the opening, is empty or an error."""

    sample: Sample | None = None
    source: Source | None = None
    error: str | None = None
    is_lost: bool = False
