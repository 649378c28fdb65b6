"""What a viewer saw of a made run: its files as they stood at some time, followed by a clock that stands there."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import msgspec
from msgspec import structs

from training.analysis.history import RunHistory
from training.analysis.state import RunState
from training.plan import LANES
from training.record.device_records import DeviceRecord
from training.record.event_records import Began, EventRecord
from training.record.lane_records import LaneRecord
from training.record.liveness import SupervisorFacts, boot_id
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder
from training.record.tagged import Record

ZERO_S = 0.0
"""The run's zero on the clock of whoever looks on."""


class Clock:
    """Stands at a time of the run."""

    def __init__(self, t: float = 0.0) -> None:
        self.t = t

    def __call__(self) -> float:
        return ZERO_S + self.t


def records_of(folder: RunFolder) -> dict[Path, list[Record]]:
    """Every record of a run in which nobody took another's place, by file."""
    found: dict[Path, list[Record]] = {
        folder.events: list(TailingReader[EventRecord](folder.events, EventRecord).read_new())
    }
    for lane in LANES:
        path = folder.lane_records(lane)
        found[path] = list(TailingReader[LaneRecord](path, LaneRecord).read_new())
    found[folder.device] = list(TailingReader[DeviceRecord](folder.device, DeviceRecord).read_new())
    return found


def seen_at(records: dict[Path, list[Record]], plan: Path, folder: RunFolder, t: float) -> RunState:
    """What a viewer saw at `t`, who read the files as they stood then into `folder`, which is made."""
    folder.path.mkdir()
    folder.plan.write_bytes(plan.read_bytes())
    lives(folder)
    for path, told in records.items():
        written = b"".join(msgspec.json.encode(here(record)) + b"\n" for record in told[: _count(told, t)])
        (folder.path / path.name).write_bytes(written)
    history = RunHistory(folder, clock=Clock(t))
    history.refresh()
    return history.state()


def lives(folder: RunFolder) -> None:
    """Have the run go on, on a machine that cannot be asked from here."""
    facts = SupervisorFacts("another-machine", boot_id(), 1, 1.0, None)
    folder.supervisor.write_bytes(msgspec.json.encode(facts))


def here(record: Record) -> Record:
    """The record as of a run on this boot."""
    if isinstance(record, Began):
        return structs.replace(record, boot_id=boot_id(), monotonic_s=ZERO_S)
    return record


def anywhere(state: RunState) -> RunState:
    """The state without where its folder is."""
    return replace(state, folder="")


def _count(told: list[Record], t: float) -> int:
    """How many of a file's records were there."""
    latest = -math.inf
    for index, record in enumerate(told):
        latest = max(latest, getattr(record, "t", -math.inf))
        if latest > t:
            return index
    return len(told)
