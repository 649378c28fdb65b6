"""What a run did to its device, from the samples: memory at peak, energy, what held the clocks, who else was there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from training.analysis.clock_holds import ClockHolds
from training.analysis.energy import EnergyCount
from training.analysis.lane_figures import lane_figure
from training.plan import Lane
from training.record.device_records import DeviceRecord, Figure, OtherReading, Sample, Source
from training.record.reader import TailingReader
from training.record.run_folder import RunFolder

MOST_NAMES = 8
MOST_PIDS = 10_000


@dataclass(slots=True)
class LaneMemory:
    """The most device memory one lane held, and where that is known from."""

    peak_bytes: int | None = None
    source: str = ""
    estimated: bool = False


@dataclass(slots=True)
class DeviceOutcome:
    """What the samples of one run add up to."""

    memory: dict[tuple[Lane, int], LaneMemory] = field(default_factory=dict)
    """By lane, and how many trained in it before."""
    energy: EnergyCount = field(default_factory=EnergyCount)
    clock_holds: ClockHolds = field(default_factory=ClockHolds)
    other_pids: set[int] = field(default_factory=set)
    others_peak_bytes: int | None = None
    other_names: dict[str, None] = field(default_factory=dict)

    def footprint_of(self, lane: Lane) -> Lane | None:
        """In whose footprint this lane's memory is, where one process trains both; None where none was told."""
        metered = [name for name, _ in self.memory]
        return lane if lane in metered else next(iter(metered), None)


def read_device_outcome(
    folder: RunFolder,
    also: Callable[[DeviceRecord], None] = lambda _: None,
    taken_over_t: Mapping[Lane, Sequence[float]] | None = None,
) -> DeviceOutcome:
    """Read the samples from their beginning.

    Args:
        folder: the run.
        also: is shown each record.
        taken_over_t: when another took a lane's place, in order: what it held is told apart from then on.
    """
    outcome = DeviceOutcome()
    figures: dict[str, Figure] = {}
    reader: TailingReader[DeviceRecord] = TailingReader(folder.device, DeviceRecord)
    for record in reader.read_new():
        also(record)
        if isinstance(record, Source):
            figures = record.figures
        elif isinstance(record, Sample):
            _take_lanes(outcome, record, figures, taken_over_t or {})
            if record.device.energy_j is not None:
                outcome.energy.add(record.t, record.device.energy_j)
            outcome.clock_holds.take(record.t, record.device.event_reasons)
            if record.others:
                _take_others(outcome, record.others)
    return outcome


def _take_lanes(
    outcome: DeviceOutcome,
    sample: Sample,
    figures: dict[str, Figure],
    taken_over_t: Mapping[Lane, Sequence[float]],
) -> None:
    for lane, reading in sample.lanes.items():
        if reading.memory_bytes is None:
            continue
        number = bisect_right(taken_over_t.get(lane, ()), sample.t)
        held = outcome.memory.setdefault((lane, number), LaneMemory())
        held.peak_bytes = max(held.peak_bytes or 0, reading.memory_bytes)
        figure = lane_figure(figures, lane, "memory_bytes")
        if figure is not None:
            held.source, held.estimated = figure.source, held.estimated or figure.state == "estimate"


def _take_others(outcome: DeviceOutcome, others: tuple[OtherReading, ...]) -> None:
    known = [other.memory_bytes for other in others if other.memory_bytes is not None]
    if known:
        outcome.others_peak_bytes = max(outcome.others_peak_bytes or 0, sum(known))
    for other in others:
        if len(outcome.other_pids) < MOST_PIDS:
            outcome.other_pids.add(other.pid)
        if other.name and len(outcome.other_names) < MOST_NAMES:
            outcome.other_names[other.name] = None
