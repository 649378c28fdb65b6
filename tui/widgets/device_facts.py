"""What is told of the device, as lines; what is not told says why."""

from __future__ import annotations

from training.analysis.standing_warnings import standing_warnings
from training.analysis.state import RunState
from training.plan import PlannedDevice
from tui import format
from tui.widgets import figures
from tui.widgets.foreign_processes import foreign_processes
from tui.widgets.spans import Line, Span, line, wrap

_LABEL = 9
_TOLD_ELSEWHERE = ("clocks", "not under mps")
"""Warnings that have a row of their own here."""


def device_facts(state: RunState, width: int) -> list[Line]:
    """Lines for a panel of `width` cells, the most wanted first."""
    if figures.is_cpu(state):
        return _cpu_facts(state, width)
    lines = [_identity(state.device, state, width)]
    lines += _instances(state)
    lines += _board(state, width)
    lines += _clocks(state, width)
    lines += _gpm(state, width)
    lines += _energy(state, width)
    lines += _mps(state, width)
    lines += _warnings(state, width)
    lines += foreign_processes(state, width)
    return lines


def _cpu_facts(state: RunState, width: int) -> list[Line]:
    reading = state.reading
    cores = f"{state.cores:g} cores for the run" if state.cores else "cores not told yet"
    lines = [_row("CPU", state.device.name, f"  {cores}")]
    if reading is not None:
        load = format.percent(reading.utilization_percent)
        lines.append(_row("load", load, "  CPU time, of these cores"))
        used, total = format.size(reading.memory_used_bytes), format.size(reading.memory_total_bytes)
        lines.append(_row("memory", f"{used} of {total}", "  in use"))
    because = figures.why_this_device(state)
    lines += _wrapped("GPU", f"none is used{f': {because}' if because else ''}", width)
    lines += _wrapped("", "power, heat, clocks and energy of a processor are not read", width)
    return lines + _warnings(state, width)


def _identity(device: PlannedDevice, state: RunState, width: int) -> Line:
    kind = "MIG" if device.mig_of is not None else "GPU"
    room = width - _LABEL - len(device.name)
    uuid = device.uuid or ""
    shown = uuid if len(uuid) + 2 <= room else f"{uuid[:12]}…"
    unified = "  unified memory" if figures.is_unified(state) else ""
    return _row(kind, device.name, f"  {shown}{unified}" if shown else unified)


def _instances(state: RunState) -> list[Line]:
    if state.device.mig_of is not None:
        told = f"an instance of {state.device.mig_of}; power, heat, clocks, energy are the whole GPU's"
        return [_row("", told)]
    return [
        _row(
            f"  MIG {lane.upper()}", device.name, f"  {format.size(device.memory_bytes)}  {device.uuid or ''}"
        )
        for lane, device in sorted(state.lane_devices.items())
    ]


def _board(state: RunState, width: int) -> list[Line]:
    reading = state.reading
    if reading is None:
        return []
    power = f"{reading.power_w:.0f} W" if reading.power_w is not None else ""
    if power and reading.power_limit_w is not None:
        power += f" of {reading.power_limit_w:.0f} W"
    told = [
        power,
        f"{reading.temperature_c:.0f} °C" if reading.temperature_c is not None else "",
        f"SM {reading.sm_clock_mhz} MHz" if reading.sm_clock_mhz is not None else "",
        f"memory {reading.memory_clock_mhz} MHz" if reading.memory_clock_mhz is not None else "",
    ]
    known = " · ".join(part for part in told if part)
    if known:
        return [_row("power", known)]
    why = figures.why_missing(figures.figure_of(state, "device.power_w"))
    return _wrapped("power", f"{format.UNKNOWN} {why}", width) if why else []


def _clocks(state: RunState, width: int) -> list[Line]:
    reading = state.reading
    if reading is None:
        return []
    if reading.event_reasons is None and not state.clock_holds:
        why = figures.why_missing(figures.figure_of(state, "device.event_reasons"))
        return _wrapped("held back", f"{format.UNKNOWN} {why}", width) if why else []
    if not state.clock_holds:
        return [_row("held back", "nothing held the clocks down so far")]
    told = [
        f"{hold.reason} {'now, ' if hold.now else ''}{format.span(hold.seconds)} in all"
        for hold in state.clock_holds
    ]
    tone_now = any(hold.now for hold in state.clock_holds)
    return _wrapped("held back", " · ".join(told), width, warn=tone_now)


def _gpm(state: RunState, width: int) -> list[Line]:
    reading = state.reading
    if reading is None:
        return []
    told = [
        (name, value)
        for name, value in (
            ("SM active", reading.sm_active_percent),
            ("occupancy", reading.sm_occupancy_percent),
            ("tensor", reading.tensor_active_percent),
            ("DRAM", reading.dram_bandwidth_percent),
        )
        if value is not None
    ]
    if told:
        text = " · ".join(f"{name} {format.percent(value)}" for name, value in told)
        return [_row("GPM", text)]
    why = figures.why_missing(figures.figure_of(state, "device.sm_active_percent"))
    return _wrapped("GPM", f"{format.UNKNOWN} {why}", width) if why else []


def _energy(state: RunState, width: int) -> list[Line]:
    joules = state.reading.energy_j if state.reading else None
    if joules is None:
        why = figures.why_missing(figures.figure_of(state, "device.energy_j"))
        return _wrapped("energy", f"{format.UNKNOWN} {why}", width) if why else []
    per = state.energy_j_per_1000_samples
    of_pair = f"{format.rate(per)} J per 1000 samples of both lanes · " if per is not None else ""
    return _wrapped("energy", f"{of_pair}{format.joules(joules)} so far", width)


def _mps(state: RunState, width: int) -> list[Line]:
    if "mps" not in (state.sharing, state.sharing_asked):
        return []
    if state.sharing != "mps":
        return _wrapped("MPS", f"not under MPS: {state.why_sharing_changed}", width, warn=True)
    told = "both lanes are clients of the run's own server" if state.mps_verified else "not verified yet"
    return _wrapped("MPS", f"{told}; a fatal fault in one ends both", width)


def _warnings(state: RunState, width: int) -> list[Line]:
    """Whole, with what to do: over the cards there is room for a line or two."""
    return [
        line((text, "error" if warning.level == "alarm" else "warning"))
        for warning in standing_warnings(state)
        if warning.key not in _TOLD_ELSEWHERE
        for text in wrap(f"! {warning.text}{f'. {warning.remedy}' if warning.remedy else ''}", width)
    ]


def _wrapped(label: str, text: str, width: int, *, warn: bool = False) -> list[Line]:
    texts = wrap(text, max(10, width - _LABEL - 1)) or [""]
    tone: Span = ("", "warning" if warn else "plain")
    return [
        line((f"{label if at == 0 else '':<{_LABEL}} ", "muted"), (piece, tone[1]))
        for at, piece in enumerate(texts)
    ]


def _row(label: str, value: str, after: str = "") -> Line:
    return line((f"{label:<{_LABEL}} ", "muted"), value, (after, "muted"))
