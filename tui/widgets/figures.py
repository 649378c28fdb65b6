"""What the state says about where its figures come from, in words short enough for a title."""

from __future__ import annotations

from training.analysis.lane_figures import in_lane, lane_figure, memory_is_told
from training.analysis.state import ENDED_PHASES, LanePhase, RunState
from training.plan import LANES, Lane
from training.record.device_records import Figure
from tui import format

STALE_S = 3.0
"""A device sample older than this is marked with its age."""
_PREFERRED = {"nvml": "NVML", "gpm": "GPM", "host": "host"}
_NOT_ON_THE_DEVICE: frozenset[LanePhase] = ENDED_PHASES | {"waiting", "importing", "queued"}
_AGES_S = (600, 300, 120, 60, 30, 20, 10, 5, 3)


def is_cpu(state: RunState) -> bool:
    """Whether the lanes share the processor, there being no GPU (or none asked for)."""
    return state.device.kind == "cpu"


def on_cpu_instead(state: RunState, lane: Lane) -> bool:
    """Whether the lane trains on the CPU though the run has a GPU."""
    held = state.lanes.get(lane)
    return held is not None and held.no_gpu is not None and not is_cpu(state)


def figure_of(state: RunState, name: str, lane: Lane | None = None) -> Figure | None:
    """The source of a figure: `device.power_w`, or a lane's `memory_bytes`."""
    return state.figures.get(name) if lane is None else lane_figure(state.figures, lane, name)


def lanes_figure(state: RunState, name: str) -> Figure | None:
    """The source of a figure of the lanes, for a title: an estimated one goes before others."""
    told = [figure for lane in lanes_of(state) if (figure := figure_of(state, name, lane)) is not None]
    return next((figure for figure in told if is_estimate(figure)), told[0] if told else None)


def provenance(figure: Figure | None) -> str:
    """Scope and source: "per process (NVML)". Empty while no source has been told."""
    if figure is None:
        return ""
    scope = "per process" if figure.scope == "process" else "whole device"
    estimate = ", estimate" if is_estimate(figure) else ""
    return f"{scope} ({_PREFERRED.get(figure.source.lower(), figure.source)}{estimate})"


def is_estimate(figure: Figure | None) -> bool:
    """Whether the figure is inferred: then its value is marked, and its reason says from what."""
    return figure is not None and figure.state == "estimate"


def why_missing(figure: Figure | None) -> str | None:
    """The reason a figure has no value, or None where it has one."""
    if figure is None or figure.state in ("value", "estimate"):
        return None
    if figure.state == "unsupported":
        return figure.reason or "not available on this device"
    if figure.state == "pending":
        return figure.reason or "waiting for the first sample"
    return "idle: no work of the lanes seen in the last seconds"


def lane_notes(state: RunState, name: str) -> list[str]:
    """Why lanes have no such figure, or what an estimated one is made of; what holds for both is told once."""
    told: dict[str, list[str]] = {}
    for lane in lanes_of(state):
        if on_cpu_instead(state, lane) or state.lanes[lane].phase in _NOT_ON_THE_DEVICE:
            continue
        figure = figure_of(state, name, lane)
        if is_estimate(figure) and figure is not None:
            told.setdefault(f"≈ {figure.reason or 'estimated'}", []).append(lane.upper())
        elif (why := why_missing(figure)) is not None:
            told.setdefault(why, []).append(lane.upper())
    return [f"{' and '.join(lanes)}: {why}" for why, lanes in told.items()]


def utilization_name(state: RunState) -> str:
    """What the lanes' utilisation is: CPU time on a CPU, sampled SM time share on a GPU."""
    return "cpu_percent" if is_cpu(state) else "sm_percent"


def lane_utilization_percent(state: RunState, lane: Lane) -> float | None:
    """A lane's share of the device now, 0..100; on a CPU of all the cores the run may use."""
    lane_state = state.lanes.get(lane)
    if lane_state is None:
        return None
    return lane_state.sm_percent if not is_cpu(state) else cpu_share_percent(state, lane)


def cpu_share_percent(state: RunState, lane: Lane) -> float | None:
    """A lane's CPU time as a share of all the cores the run may use."""
    cpu_percent = state.lanes[lane].cpu_percent
    return None if cpu_percent is None or not state.cores else cpu_percent / state.cores


def device_utilization_percent(state: RunState) -> float | None:
    """The whole device's utilisation now."""
    return state.reading.utilization_percent if state.reading else None


def unattributed_percent(state: RunState) -> float | None:
    """What the device was busy with that no lane accounts for; None where a lane's part is not known.

    The two are taken in different ways, so the difference is rough.
    """
    device = device_utilization_percent(state)
    lanes = [
        lane
        for lane, held in state.lanes.items()
        if held.sm_percent is not None or not on_cpu_instead(state, lane)
    ]
    shares = [state.lanes[lane].sm_percent for lane in lanes]
    if device is None or not shares or all(share is None for share in shares):
        return None
    for lane in lanes:
        figure = figure_of(state, "sm_percent", lane)
        if figure is not None and figure.state == "unsupported" and in_lane(figure) is None:
            return None
    return min(100.0, max(0.0, device - sum(share or 0.0 for share in shares)))


def capacity_bytes(state: RunState, lane: Lane | None = None) -> int | None:
    """How much memory the device has for the run; for a lane with a MIG instance of its own, that has for it."""
    if lane is not None and lane in state.lane_devices:
        return state.lane_devices[lane].memory_bytes
    if state.reading is not None and state.reading.memory_total_bytes:
        return state.reading.memory_total_bytes
    return state.device.memory_bytes or None


def told_apart(state: RunState) -> bool:
    """Whether the driver tells whose the memory in use is, as far as the lanes that run are concerned."""
    unknown = [
        lane
        for lane, held in state.lanes.items()
        if held.memory_bytes is None
        and held.phase not in _NOT_ON_THE_DEVICE
        and not on_cpu_instead(state, lane)
    ]
    return memory_is_told(state.figures, unknown)


def others_bytes(state: RunState) -> int | None:
    """Memory in use on the device that no lane accounts for; None where that cannot be told."""
    used = state.reading.memory_used_bytes if state.reading is not None else None
    if used is None or lanes_overlap(state) or not told_apart(state):
        return None
    return used - _lanes_bytes(state)


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


def is_unified(state: RunState) -> bool:
    """Whether the GPU has no memory of its own, so that the machine's is shown."""
    figure = state.figures.get("device.memory_used_bytes")
    told = not is_cpu(state) and figure is not None and "unified" in figure.reason
    return told or state.device.unified


def sample_age_s(state: RunState) -> float | None:
    """How old the device sample is."""
    return None if state.reading_t is None else max(0.0, state.elapsed_s - state.reading_t)


def stale(state: RunState) -> str:
    """How old the figures of the device are where that matters: " · over 5 s old".

    In steps and not to the second: each other title paints a whole frame anew.
    """
    age_s = sample_age_s(state)
    if not state.is_live or age_s is None or age_s < STALE_S:
        return ""
    return f" · over {format.clock(age_s) if age_s >= 600 else _stepped(age_s)} old"


def _stepped(age_s: float) -> str:
    step_s = next((step_s for step_s in _AGES_S if age_s >= step_s), _AGES_S[-1])
    return f"{step_s} s" if step_s < 60 else f"{step_s // 60} min"


def lanes_of(state: RunState) -> list[Lane]:
    """The lanes the run has, in order."""
    return [lane for lane in LANES if lane in state.lanes]


def why_this_device(state: RunState) -> str:
    """Why it was chosen; who asked for it knows."""
    because = state.device.chosen_because
    return "" if because.startswith("asked for") else because
