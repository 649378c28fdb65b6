"""What one launch measured, read from its run's folder once the run has ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct, structs

from training.analysis.contention import Contention
from training.analysis.contention_history import ContentionHistory
from training.analysis.device_outcome import read_device_outcome
from training.analysis.lane_facts import LaneFacts
from training.analysis.pair_times import LaneLength
from training.analysis.report import Report, read_report
from training.bench.power import PowerCount
from training.plan import Lane, LanePlan, Limits, read_plan
from training.record.contention_records import SharedSpan, SoloSpan
from training.record.event_records import EventRecord
from training.record.lane_records import Built, LaneRecord
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder


class LaunchFigures(Struct, frozen=True, omit_defaults=True):
    """What one launch measured, for the lanes as long as their presets are. None and absent are not known.

    `alone_s` and `shared_s` are the seconds a lane's own length takes alone, and beside the other all the while.
    `solo_power_w` and `shared_power_w` are of the whole device while one lane trained, and while both did.
    """

    contention: Contention = Contention()
    own_steps: dict[Lane, int] = {}
    alone_s: dict[Lane, float] = {}
    shared_s: dict[Lane, float] = {}
    peak_memory_bytes: dict[Lane, int] = {}
    need_peak_bytes: dict[Lane, int] = {}
    solo_power_w: dict[Lane, float] = {}
    shared_power_w: float | None = None

    @property
    def blocks(self) -> int:
        """Blocks that count."""
        return self.contention.blocks


@dataclass(slots=True)
class _Measured:
    """The run's records, folded as if each lane had been given its preset's own length."""

    history: ContentionHistory
    power: PowerCount = field(default_factory=PowerCount)
    lengths: dict[Lane, LaneLength] = field(default_factory=dict)


def read_figures(folder: RunFolder) -> LaunchFigures:
    """Read what a run that has ended measured.

    Raises:
        PlanError: its plan cannot be read.
        ReportError: it has no report that can be read.
    """
    plan, report = read_plan(folder.plan), read_report(folder.report)
    measured = _Measured(ContentionHistory(structs.replace(plan, limits=Limits())))
    for lane, planned in plan.lanes.items():
        _take_lane(measured, folder, lane, planned)
    _take_events(measured, folder)
    times = measured.history.times()
    power = measured.power.read(read_device_outcome(folder).energy)
    return LaunchFigures(
        contention=measured.history.contention(),
        own_steps={lane: length.steps for lane, length in measured.lengths.items() if length.steps},
        alone_s={lane: one.alone_s for lane, one in times.items()},
        shared_s={lane: one.shared_s for lane, one in times.items()},
        peak_memory_bytes=_known(report, "peak_memory_bytes"),
        need_peak_bytes=_known(report, "need_peak_bytes"),
        solo_power_w=power.solo_w,
        shared_power_w=power.shared_w,
    )


def own_steps(planned: LanePlan, steps_per_epoch: int | None) -> int | None:
    """Steps of the preset's own length; None where nobody knows how many make an epoch."""
    fit = planned.preset.fit
    if fit.steps is not None:
        return fit.steps
    return None if steps_per_epoch is None else fit.epochs * steps_per_epoch


def _take_lane(measured: _Measured, folder: RunFolder, lane: Lane, planned: LanePlan) -> None:
    facts = LaneFacts()
    reader: TailingReader[LaneRecord] = TailingReader(folder.lane_records(lane), LaneRecord)
    for record in reader.read_new():
        told = record
        if isinstance(record, Built) and planned.preset.script is None:  # whose length is its own
            told = structs.replace(
                record,
                planned_steps=own_steps(planned, record.steps_per_epoch),
                planned_epochs=planned.preset.fit.epochs,
            )
        facts.take(told)
        measured.history.take_lane_record(lane, told)
    length = facts.length(None)
    if length is not None:
        measured.lengths[lane] = length


def _take_events(measured: _Measured, folder: RunFolder) -> None:
    reader: TailingReader[EventRecord] = TailingReader(folder.events, EventRecord)
    for record in reader.read_new():
        measured.history.take_event(record)
        match record:
            case SoloSpan():
                measured.power.take_solo(record)
            case SharedSpan():
                measured.power.take_shared(record)
            case _:
                pass


def geometric_mean(values: Sequence[float]) -> float:
    """The geometric mean of positive values, of which there is at least one; one alone is itself, to the last bit."""
    if len(values) == 1:
        return values[0]
    return math.exp(sum(math.log(value) for value in values) / len(values))


def _known(report: Report, figure: str) -> dict[Lane, int]:
    told = {lane: getattr(outcome, figure) for lane, outcome in report.lanes.items()}
    return {lane: value for lane, value in told.items() if value is not None}
