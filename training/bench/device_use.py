"""Who of dualtrain uses a device: a bench, whose figures others would spoil, or a run, which would disturb one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass

from training.bench.folder import BenchFolder, list_bench_folders
from training.bench.plan import BenchPlanError, read_bench_plan
from training.bench.records import BenchBegan, BenchRecord
from training.launch_refusal import DeviceRefusedError
from training.plan import PlanError, PlannedDevice, read_plan
from training.record.liveness import liveness
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder, list_run_folders


class DeviceMeasuredError(DeviceRefusedError):
    """Another bench measures on the device."""


@dataclass(frozen=True, slots=True)
class Busy:
    """A bench or a run that has the device, and since when: wall time, ISO 8601."""

    folder: RunFolder
    since: str

    @property
    def since_text(self) -> str:
        """Since when, to the minute."""
        return self.since[:16].replace("T", " ") or "a moment ago"


def refuse_beside_a_bench(device: PlannedDevice, besides: BenchFolder | None = None) -> None:
    """See that no other bench measures on the device.

    Args:
        device: what is to be measured on.
        besides: the bench itself, where it has a folder already.

    Raises:
        DeviceMeasuredError: one does.
    """
    own = None if besides is None else besides.path.resolve()
    _refuse(next((one for one in _benches_on(device) if one.folder.path != own), None))


def refuse_after_a_bench(device: PlannedDevice, mine: BenchFolder) -> None:
    """See that no bench measures on the device whose plan was there before this one's, or came with it.

    Benches begun together may each look before the other has a plan; whoever looks again once its own is there finds
    every earlier one.

    Raises:
        DeviceMeasuredError: one does.
    """
    own = mine.path.resolve()
    others = (one for one in _benches_on(device) if one.folder.path != own)
    _refuse(next((one for one in others if _is_before(one.folder, mine)), None))


def _refuse(other: Busy | None) -> None:
    if other is not None:
        name = other.folder.name
        raise DeviceMeasuredError(
            f"bench {name} has been measuring on this device since {other.since_text} ({other.folder.path}) and two "
            "benches spoil each other's figures: wait for it, or end it with "
            f"`dualtrain-tui bench --stop {name}`; --force-busy measures all the same"
        )


def _is_before(one: RunFolder, mine: BenchFolder) -> bool:
    try:
        # equal times are no order: a file system tells them in steps of some milliseconds
        return one.plan.stat().st_mtime_ns <= mine.plan.stat().st_mtime_ns
    except FileNotFoundError:
        return False  # it gave way itself


def benches_on(device: PlannedDevice) -> tuple[Busy, ...]:
    """The benches that measure on the device now, newest first."""
    return tuple(_benches_on(device))


def runs_on(device: PlannedDevice) -> tuple[Busy, ...]:
    """The runs that train on the device now, a bench's own launches left out; newest first."""
    return tuple(_runs_on(device))


def share_a_device(one: PlannedDevice, other: PlannedDevice) -> bool:
    """Whether work on the one takes from the other: two MIG instances of one GPU are apart, the GPU is both."""
    if one.kind != other.kind:
        return False
    if one.kind == "cpu":
        return True
    return one.uuid in (other.uuid, other.mig_of) or one.mig_of == other.uuid


def _benches_on(device: PlannedDevice) -> Iterator[Busy]:
    for folder in list_bench_folders():
        if not _goes_on(folder.as_run):
            continue
        try:
            plan = read_bench_plan(folder.plan)
        except BenchPlanError:
            continue
        if plan.host == socket.gethostname() and share_a_device(device, plan.device):
            reader: TailingReader[BenchRecord] = TailingReader(folder.events, BenchRecord)
            began = [record.wall for record in reader.read_new() if isinstance(record, BenchBegan)]
            yield Busy(folder.as_run, began[-1] if began else plan.created_at)


def _runs_on(device: PlannedDevice) -> Iterator[Busy]:
    for folder in list_run_folders():
        if not _goes_on(folder):
            continue
        try:
            plan = read_plan(folder.plan)
        except PlanError:
            continue
        used = [plan.device_of(lane) for lane in plan.lanes]
        if plan.host == socket.gethostname() and any(share_a_device(device, one) for one in used):
            yield Busy(folder, plan.created_at)


def _goes_on(folder: RunFolder) -> bool:
    return liveness(folder) in ("live", "starting")
