"""The series of a run in long form: one value a row, in order of time, whatever the run's length."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter

from training.analysis.contention_state import BlockPoint
from training.analysis.history import RunHistory
from training.export.record_values import (
    LaneNumbers,
    block_values,
    device_values,
    lane_reading_values,
    lane_values,
    written_values,
)
from training.plan import Lane
from training.record.device_records import DeviceRecord, Sample
from training.record.event_records import ScalarRead
from training.record.lane_records import LaneRecord, Progress
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

COLUMNS = ("t_s", "lane", "what", "value")
DEVICE, BOTH = "device", "both"
"""What stands in the lane's column where a value is not of one lane."""

Row = tuple[float, str, str, float]


def run_series(folder: RunFolder) -> Iterator[Row]:
    """The rows of a run, which may go on.

    Raises:
        PlanError: the folder has no plan that can be read.
    """
    history = RunHistory(folder)
    history.refresh()
    return series_rows(folder, history.plan.lanes, history.state().contention.points)


def series_rows(folder: RunFolder, lanes: Iterable[Lane], points: Iterable[BlockPoint]) -> Iterator[Row]:
    """Every finite value of the run's records; what is not known has no row.

    Rows of one progress record have one time, so `step` and `loss` of a lane go together by it.

    Args:
        folder: of the run; it may go on.
        lanes: those of its plan.
        points: its blocks, of which `slowdown`, `stp` and `speedup` are.
    """
    by_file = [
        *(_of_lane(folder, lane) for lane in lanes),
        *(_written_in(folder, lane) for lane in lanes),
        _of_device(folder),
        _of_blocks(points),
    ]
    return (row for row in merge(*by_file, key=itemgetter(0)) if math.isfinite(row[0] + row[3]))


def _of_lane(folder: RunFolder, lane: Lane) -> Iterator[Row]:
    reader: TailingReader[LaneRecord] = TailingReader(folder.lane_records(lane), LaneRecord)
    for record in reader.read_new():
        if isinstance(record, Progress):
            yield record.t, lane, "step", record.step
        if isinstance(record, LaneNumbers):
            for what, value in lane_values(record):
                yield record.t, lane, what, value


def _written_in(folder: RunFolder, lane: Lane) -> Iterator[Row]:
    """Each lane for itself: what is read after a lane's end is of that time, whatever another told meanwhile."""
    reader: TailingReader[ScalarRead] = TailingReader(folder.events, ScalarRead)
    for record in reader.read_new():
        if record.lane == lane:
            for what, value in written_values(record):
                yield record.t, lane, what, value


def _of_device(folder: RunFolder) -> Iterator[Row]:
    reader: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
    for record in reader.read_new():
        if isinstance(record, Sample):
            for lane, reading in record.lanes.items():
                for what, value in lane_reading_values(reading):
                    yield record.t, lane, what, value
            for what, value in device_values(record.device):
                yield record.t, DEVICE, what, value


def _of_blocks(points: Iterable[BlockPoint]) -> Iterator[Row]:
    for point in points:
        for lane, slowdown in point.slowdown.items():
            yield point.t, lane, "slowdown", slowdown
        for what, value in block_values(point):
            yield point.t, BOTH, what, value
