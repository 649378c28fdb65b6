"""What no sample may ever tell, whatever a driver does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.simulated_driver.scenario import Scenario
from tests.unit.random_play import Play
from training.meters.meter import LaneProcess
from training.plan import Lane
from training.record.device_records import Figure, Sample, Source


def broken_rules(
    play: Play, scenario: Scenario, lanes: Mapping[Lane, LaneProcess], sample: Sample, source: Source
) -> Iterator[str]:
    """Yield what of a sample cannot be."""
    device, figures = sample.device, source.figures
    for name in device.__struct_fields__:
        value, figure = getattr(device, name), figures.get(f"device.{name}")
        if figure is None:
            yield f"device.{name} has no figure"
        elif value is None and (figure.state == "value" or not figure.reason):
            yield f"device.{name} is missing and its figure does not say why: {figure}"
        elif value is not None and figure.state not in ("value", "estimate"):
            yield f"device.{name} is {value} and its figure says {figure}"
        if isinstance(value, (int, float)) and (value < 0 or (name.endswith("_percent") and value > 100)):
            yield f"device.{name} is {value}"
    if None not in (device.memory_used_bytes, device.memory_total_bytes):
        assert device.memory_used_bytes is not None
        assert device.memory_total_bytes is not None
        if device.memory_used_bytes > device.memory_total_bytes:
            yield "more memory used than there is"
    yield from _broken_lanes(play, scenario, lanes, sample, figures)


def _broken_lanes(
    play: Play,
    scenario: Scenario,
    lanes: Mapping[Lane, LaneProcess],
    sample: Sample,
    figures: Mapping[str, Figure],
) -> Iterator[str]:
    listed: dict[int, int] = {}
    (gpu,) = scenario.devices
    for process in (*gpu.processes, *(one for mig in gpu.mig for one in mig.processes)):
        listed[process.pid] = max(listed.get(process.pid, 0), process.memory_bytes or 0)
    shares = sample.others_sm_percent or 0.0
    ours: set[int] = set()
    for lane, reading in sample.lanes.items():
        tree = play.trees.trees.get(lanes[lane].pid, frozenset())
        ours |= tree
        if reading.pid != lanes[lane].pid:
            yield f"lane {lane} is {lanes[lane].pid}, not {reading.pid}"
        figure = figures.get(f"lanes.{lane}.memory_bytes", figures["lanes.memory_bytes"])
        held = sum(listed.get(pid, 0) for pid in tree)
        inferred = reading.memory_bytes is None or figure.state == "estimate"
        if not inferred and play.list_is_the_hosts:
            yield f"lane {lane} holds {reading.memory_bytes} by a list of PIDs that are not ours"
        if reading.memory_bytes is not None and figure.state == "estimate" and play.place.is_wsl:
            yield f"lane {lane} is estimated to hold {reading.memory_bytes} beside Windows' programs"
        if not inferred and not 0 <= (reading.memory_bytes or 0) <= held:
            yield f"lane {lane} holds {reading.memory_bytes} where the lists give {held}"
        if reading.memory_bytes is None and figure.state == "value" and not figure.reason:
            yield f"lane {lane} has no memory and {figure} does not say why"
        share = reading.sm_percent
        shares += share or 0.0
        if share is not None and play.samples_are_not_ours:
            yield f"lane {lane} has a share of {share} by PIDs that are not ours"
        if share is not None and (not 0.0 <= share <= 100.0 or (share and not tree & play.sampled)):
            yield f"lane {lane} has a share of {share}; was it ever sampled: {bool(tree & play.sampled)}"
    if not 0.0 <= shares <= 100.0 + 1e-6:
        yield f"shares add up to {shares}"
    for other in sample.others or ():
        if (other.pid in ours and not play.list_is_the_hosts) or other.pid not in listed:
            yield f"{other.pid} is taken for a foreign process"
        elif other.memory_bytes is not None and other.memory_bytes > listed[other.pid]:
            yield f"foreign {other.pid} holds {other.memory_bytes}"
