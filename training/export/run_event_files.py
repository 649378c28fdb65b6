"""A run as TensorBoard event files: a folder for each training in a lane, one for the device, one for the contention.

Each folder is what TensorBoard calls a run, and it draws values of one tag over each other: both lanes' losses, both
lanes' memory. The step of a lane's own values is its training step, and of what a script writes itself, under
`written/`, the one that it names; of what the meter and the probes tell it is the milliseconds since the run began,
under `device/` and `contention/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from training.analysis.contention_state import BlockPoint
from training.analysis.rate_spans import MOST_S
from training.analysis.run_course import LaneLife
from training.event_folders import CONTENTION, DEVICE, event_file_name, lane_folder_name
from training.export.event_file import EventFile
from training.export.record_values import (
    LaneNumbers,
    Value,
    block_values,
    device_values,
    lane_reading_values,
    lane_values,
    written_values,
)
from training.export.run_records import RunRecords
from training.export.run_start import began_wall_s
from training.export.settled_blocks import SettledBlocks
from training.plan import read_plan
from training.record.device_records import Sample
from training.record.event_records import Joined, ScalarRead
from training.record.run_folder import RunFolder


class RunEventFiles:
    """Writes what a run's records tell, each value once and as the records have it.

    `update` writes what is new, as often as one likes; `finish` what was waited with, once the run is over. A folder
    is made when there is something to write in it.
    """

    def __init__(self, folder: RunFolder, into: Path) -> None:
        """Nothing is written yet.

        Raises:
            PlanError: the run has no plan that can be read.
        """
        plan = read_plan(folder.plan)
        self._into = into
        self._began_s = began_wall_s(folder, plan)
        self.file_name = event_file_name(plan.run, self._began_s)
        """What its file is called in each of the folders."""
        self._records = RunRecords(folder, plan)
        self._blocks = SettledBlocks(plan)
        self._files: dict[str, EventFile] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written so far."""
        return not self._files

    def update(self) -> None:
        """Write what the records tell since the last time, and let readers see it.

        Raises:
            OSError: a file cannot be written, or is there already.
        """
        self._take_events()
        self._take_lane_records()
        self._take_device_records()
        self._write_blocks(self._blocks.settled())
        for file in self._files.values():
            file.flush()

    def finish(self) -> None:
        """Write the blocks that might still have changed, and close the files.

        Raises:
            OSError: a file cannot be written, or is there already.
        """
        self._write_blocks(self._blocks.rest())
        for file in self._files.values():
            file.close()

    def _take_events(self) -> None:
        for event in self._records.new_events():
            if isinstance(event, Joined):
                self._write_blocks(self._blocks.rest())  # from here on it is another pair
            self._blocks.take_event(event)
            if isinstance(event, ScalarRead) and (life := self._records.training_at(event.lane, event.t)):
                self._write(_folder_of(life), event.t, written_values(event), step=event.step)

    def _take_lane_records(self) -> None:
        for life, record in self._records.new_lane_records():
            if life is self._records.now[life.lane]:
                self._blocks.take_lane_record(life.lane, record)
            if isinstance(record, LaneNumbers):
                self._write(_folder_of(life), record.t, lane_values(record), step=record.step)

    def _take_device_records(self) -> None:
        for record in self._records.new_device_records():
            if not isinstance(record, Sample):
                continue
            for lane, reading in record.lanes.items():
                life = self._records.training_at(lane, record.t)
                if life is not None:
                    self._write(_folder_of(life), record.t, _under(DEVICE, lane_reading_values(reading)))
            self._write(DEVICE, record.t, _under(DEVICE, device_values(record.device)))

    def _write_blocks(self, points: Iterable[BlockPoint]) -> None:
        for point in points:
            for lane, slowdown in point.slowdown.items():
                life = self._records.training_at(lane, point.t)
                if life is not None:
                    self._write(_folder_of(life), point.t, _under(CONTENTION, [("slowdown", slowdown)]))
            self._write(CONTENTION, point.t, _under(CONTENTION, block_values(point)))

    def _write(self, folder: str, t: float, values: Iterable[Value], *, step: int | None = None) -> None:
        """`t` is in seconds since the run began, and makes the step where none is named."""
        scalars = [(name.replace(":", "/", 1), value) for name, value in values]
        if not scalars or not 0 <= t <= MOST_S:  # no run is as long: the record is damaged
            return
        self._file(folder).write(self._began_s + t, round(t * 1000) if step is None else step, scalars)

    def _file(self, folder: str) -> EventFile:
        if folder not in self._files:
            self._files[folder] = EventFile(self._into / folder / self.file_name, self._began_s)
        return self._files[folder]


def _folder_of(life: LaneLife) -> str:
    return lane_folder_name(life.lane, life.number, life.preset_name)


def _under(group: str, values: Iterable[Value]) -> Iterator[Value]:
    return ((f"{group}/{name}", value) for name, value in values)
