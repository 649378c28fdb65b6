"""The series of a run as a table in long form: one value a row, in order of time, whatever the run's length."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from operator import itemgetter
from typing import TextIO

from training.analysis.contention_state import BlockPoint
from training.plan import Lane
from training.preset.printable import printable
from training.record.device_records import DeviceReading, DeviceRecord, LaneReading, Sample
from training.record.lane_records import LaneRecord, Progress, Validation
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

COLUMNS = ("t_s", "lane", "what", "value")
DEVICE, BOTH = "device", "both"
"""What stands in the lane's column where a value is not of one lane."""

Row = tuple[float, str, str, float]

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


def write_series(rows: Iterable[Row], file: TextIO) -> None:
    """Write the rows as CSV under their heading; times to the millisecond, values to twelve figures."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for t, lane, what, value in rows:
        writer.writerow((f"{t:.3f}", lane, what, f"{value:.12g}"))


def series_rows(folder: RunFolder, lanes: Iterable[Lane], points: Iterable[BlockPoint]) -> Iterator[Row]:
    """Every finite value of the run's records; what is not known has no row.

    Rows of one progress record have one time, so `step` and `loss` of a lane go together by it. `steps_per_s` is of
    the steps alone, without what an epoch spends beside them.

    Args:
        folder: of the run; it may go on.
        lanes: those of its plan.
        points: its blocks, of which `slowdown` and `stp` are.
    """
    by_file = [
        *(_of_lane(folder, lane) for lane in lanes),
        _of_device(folder),
        _of_blocks(points),
    ]
    return (row for row in merge(*by_file, key=itemgetter(0)) if math.isfinite(row[0] + row[3]))


def _of_lane(folder: RunFolder, lane: Lane) -> Iterator[Row]:
    reader: TailingReader[LaneRecord] = TailingReader(folder.lane_records(lane), LaneRecord)
    for record in reader.read_new():
        match record:
            case Progress():
                yield record.t, lane, "step", record.step
                if record.loss is not None:
                    yield record.t, lane, "loss", record.loss
                if record.span_s > 0:
                    yield record.t, lane, "steps_per_s", record.steps / record.span_s
                yield from _metrics(record.t, lane, "metric", record.metrics)
            case Validation():
                yield from _metrics(record.t, lane, "validation", record.metrics)
            case _:
                pass


def _metrics(t: float, lane: Lane, kind: str, metrics: Mapping[str, float | None]) -> Iterator[Row]:
    """With their kind before them, so that no name a preset chose is anything else to a spreadsheet."""
    for name, value in metrics.items():
        if value is not None:
            yield t, lane, f"{kind}:{printable(name, limit=60)}", value


def _of_device(folder: RunFolder) -> Iterator[Row]:
    reader: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
    for record in reader.read_new():
        if isinstance(record, Sample):
            for lane, reading in record.lanes.items():
                yield from _figures(record.t, lane, reading, _OF_A_LANE)
            yield from _figures(record.t, DEVICE, record.device, _OF_THE_DEVICE)


def _figures(t: float, who: str, reading: LaneReading | DeviceReading, names: Iterable[str]) -> Iterator[Row]:
    for name in names:
        value = getattr(reading, name)
        if value is not None:
            yield t, who, name, value


def _of_blocks(points: Iterable[BlockPoint]) -> Iterator[Row]:
    for point in points:
        for lane, slowdown in point.slowdown.items():
            yield point.t, lane, "slowdown", slowdown
        yield point.t, BOTH, "stp", point.stp
