"""What a run's records tell as numbers, each with its name: every table and chart made elsewhere is of these."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from training.analysis.contention_state import BlockPoint
from training.preset.printable import printable
from training.record.device_records import DeviceReading, LaneReading
from training.record.event_records import ScalarRead
from training.record.lane_records import Progress, Validation

Value = tuple[str, float]
"""A name and a number, which is NaN where the record tells that it was none."""

LaneNumbers = Progress | Validation
"""The records of a lane that tell numbers."""

_LONGEST_NAME = 60
_OF_A_LANE = ("memory_bytes", "cpu_percent", "sm_percent", "rss_bytes")
_OF_THE_DEVICE = (
    "memory_used_bytes",
    "utilization_percent",
    "power_w",
    "temperature_c",
    "sm_clock_mhz",
    "sm_active_percent",
    "dram_bandwidth_percent",
)


def lane_values(record: LaneNumbers) -> Iterator[Value]:
    """Of a lane's record: the loss, metrics and the rate.

    `steps_per_s` is of the steps alone, without what an epoch spends beside them.
    """
    if isinstance(record, Validation):
        yield from _metrics("validation", record.metrics)
        return
    if record.loss is not None:
        yield "loss", record.loss
    elif record.nonfinite:
        yield "loss", math.nan
    if record.span_s > 0:
        yield "steps_per_s", record.steps / record.span_s
    yield from _metrics("metric", record.metrics)


def written_values(record: ScalarRead) -> Iterator[Value]:
    """Of what a script or program wrote itself, in its log or in event files of its own."""
    return _metrics("written", {record.name: record.value})


def lane_reading_values(reading: LaneReading) -> Iterator[Value]:
    """Of what the meter read of one lane; what it does not know has no value."""
    return _known(reading, _OF_A_LANE)


def device_values(reading: DeviceReading) -> Iterator[Value]:
    """Of what the meter read of the whole device; what it does not know has no value."""
    return _known(reading, _OF_THE_DEVICE)


def block_values(point: BlockPoint) -> Iterator[Value]:
    """Of a block, for both lanes together; each lane's slowdown stands in the point itself."""
    yield "stp", point.stp
    if point.speedup is not None:
        yield "speedup", point.speedup


def _metrics(kind: str, metrics: Mapping[str, float | None]) -> Iterator[Value]:
    """With their kind before them, so that no name a preset chose is anything else to a spreadsheet."""
    for name, value in metrics.items():
        yield f"{kind}:{printable(name, limit=_LONGEST_NAME)}", math.nan if value is None else value


def _known(reading: LaneReading | DeviceReading, names: Iterable[str]) -> Iterator[Value]:
    for name in names:
        value = getattr(reading, name)
        if value is not None:
            yield name, value
