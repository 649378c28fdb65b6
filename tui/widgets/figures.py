"""What the state says about where its figures come from, in words short enough for a title."""

from __future__ import annotations

from training.analysis.state import RunState
from training.plan import LANES, Lane
from training.record.device_records import Figure

_PREFERRED = {"nvml": "NVML", "host": "host"}


def is_cpu(state: RunState) -> bool:
    """Whether the lanes share the processor, there being no GPU (or none asked for)."""
    return state.device.kind == "cpu"


def provenance(figure: Figure | None) -> str:
    """Scope and source: "per process (NVML)". Empty while no source has been told."""
    if figure is None:
        return ""
    scope = "per process" if figure.scope == "process" else "whole device"
    return f"{scope} ({_PREFERRED.get(figure.source.lower(), figure.source)})"


def why_missing(figure: Figure | None) -> str | None:
    """The reason a figure has no value, or None where it has one."""
    if figure is None or figure.state == "value":
        return None
    if figure.state == "unsupported":
        return f"not available: {figure.reason}" if figure.reason else "not available on this device"
    if figure.state == "pending":
        return "waiting for the first sample"
    return figure.reason or "idle: no sample in the last seconds"


def utilization_figure(state: RunState) -> Figure | None:
    """The figure behind the lanes' utilisation: CPU time on a CPU, sampled SM time share on a GPU."""
    return state.figures.get("lanes.cpu_percent" if is_cpu(state) else "lanes.sm_percent")


def lane_utilization_percent(state: RunState, lane: Lane) -> float | None:
    """A lane's share of the device now, 0..100; on a CPU of all the cores the run may use."""
    lane_state = state.lanes.get(lane)
    if lane_state is None:
        return None
    if not is_cpu(state):
        return lane_state.sm_percent
    if lane_state.cpu_percent is None or not state.cores:
        return None
    return lane_state.cpu_percent / state.cores


def device_utilization_percent(state: RunState) -> float | None:
    """The whole device's utilisation now."""
    return state.reading.utilization_percent if state.reading else None


def capacity_bytes(state: RunState) -> int | None:
    """How much memory the device has for the run."""
    if state.reading is not None and state.reading.memory_total_bytes:
        return state.reading.memory_total_bytes
    return state.device.memory_bytes or None


def others_bytes(state: RunState) -> int | None:
    """Memory in use on the device that no lane accounts for; None where that cannot be told."""
    used = state.reading.memory_used_bytes if state.reading is not None else None
    return None if used is None or lanes_overlap(state) else used - _lanes_bytes(state)


def lanes_overlap(state: RunState) -> bool:
    """Whether the lanes add up to more than is in use: resident memory counts shared pages in each process."""
    used = state.reading.memory_used_bytes if state.reading is not None else None
    return used is not None and _lanes_bytes(state) > used


def _lanes_bytes(state: RunState) -> int:
    return sum(lane.memory_bytes or 0 for lane in state.lanes.values())


def free_bytes(state: RunState) -> int | None:
    """Memory nobody uses."""
    capacity = capacity_bytes(state)
    used = state.reading.memory_used_bytes if state.reading is not None else None
    if capacity is None or used is None:
        return None
    return max(0, capacity - used)


def sample_age_s(state: RunState) -> float | None:
    """How old the device sample is."""
    return None if state.reading_t is None else max(0.0, state.elapsed_s - state.reading_t)


def lanes_of(state: RunState) -> list[Lane]:
    """The lanes the run has, in order."""
    return [lane for lane in LANES if lane in state.lanes]
