"""As which lane a process is metered: one that trains both is the first one's, and the other's figures say so."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from training.meters.meter import LaneProcess
from training.plan import Lane
from training.record.device_records import Figure, Source
from training.supervisor.lane_run import LaneRun


def lane_processes(lanes: Mapping[Lane, LaneRun]) -> dict[Lane, LaneProcess]:
    """Each lane's process as the meter sees it; a lane that has none is absent.

    A process that trains both is the first one's: its figures cannot be told apart, and must not count twice.
    """
    found = {lane: process for lane, run in tuple(lanes.items()) if (process := run.process) is not None}
    shared = _shared(found)
    return {lane: process for lane, process in found.items() if lane not in shared}


def metered_as(lanes: Mapping[Lane, LaneRun]) -> dict[Lane, Lane]:
    """The lanes whose process is metered as another's, and as whose."""
    return _shared(
        {lane: process for lane, run in tuple(lanes.items()) if (process := run.process) is not None}
    )


def with_shared_process(source: Source, shared: Mapping[Lane, Lane]) -> Source:
    """The same, with each figure of such a lane told to be in the other's."""
    names = [name.removeprefix("lanes.") for name in source.figures if name.startswith("lanes.")]
    told = {
        f"lanes.{lane}.{name}": Figure(
            source=other,
            scope="process",
            state="unsupported",
            reason=f"both lanes are one process: lane {other.upper()}'s figures are of both",
        )
        for lane, other in shared.items()
        for name in names
        if "." not in name
    }
    return structs.replace(source, figures={**source.figures, **told}) if told else source


def _shared(processes: Mapping[Lane, LaneProcess]) -> dict[Lane, Lane]:
    first: dict[int, Lane] = {}
    return {
        lane: first[process.pid]
        for lane, process in processes.items()
        if first.setdefault(process.pid, lane) != lane
    }
