"""What must stay in sight for as long as it holds: a lane on the CPU, a lost GPU, a library that does not answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from training.analysis.state import LaneState, RunState

NOTHING_TOLD_S = 10.0
"""A device of which nothing was told for so long is warned of, also where nobody said why."""
_SILENCE = re.compile(r"has not answered for \d+ s")


@dataclass(frozen=True, slots=True)
class StandingWarning:
    """One thing to know all the time. `key` stays the same while the text changes; `remedy` is what to do."""

    key: str
    text: str
    level: Literal["warning", "alarm"] = "warning"
    remedy: str = ""


def standing_warnings(state: RunState) -> tuple[StandingWarning, ...]:
    """What holds now, the gravest first."""
    found: list[StandingWarning] = []
    if state.device_lost is not None:
        text = f"GPU LOST: {state.device_lost}"
        remedy = "Both trainings are stopped; nothing measured since counts. A reboot may bring the GPU back."
        found.append(StandingWarning("device lost", text, "alarm", remedy))
    if state.disk_is_full and state.is_live:
        text = "DISK FULL: the run's folder takes no more: the trainings go on, what they tell waits for room"
        remedy = (
            "Make room there. No contention is measured meanwhile; what cannot wait is counted as left out."
        )
        found.append(StandingWarning("disk full", text, "alarm", remedy))
    found += _on_cpu(state)
    if state.meter_trouble is not None and state.is_live and state.device_lost is None:
        found.append(_meter_trouble(state, state.meter_trouble))
    elif state.phase == "running" and state.device_lost is None and not state.disk_is_full:
        age_s = state.elapsed_s - (state.reading_t or 0.0)
        if age_s >= NOTHING_TOLD_S:
            text = f"nothing was told of the device for {age_s:.0f} s: the trainings go on"
            found.append(
                StandingWarning("silent meter", text, "warning", "The supervisor's log may say why.")
            )
    if state.sharing_asked == "mps" and state.sharing != "mps":
        found.append(StandingWarning("not under mps", f"not under MPS: {state.why_sharing_changed}"))
    held = [hold.reason for hold in state.clock_holds if hold.now]
    if held and state.is_live:
        told = ", ".join(held)
        found.append(StandingWarning("clocks", f"clocks are held down now: {told}"))
    return tuple(found)


def _on_cpu(state: RunState) -> list[StandingWarning]:
    lanes = [lane for lane in state.lanes.values() if lane.no_gpu is not None]
    causes = {(lane.no_gpu.why, lane.no_gpu.remedy) for lane in lanes if lane.no_gpu is not None}
    if len(lanes) > 1 and len(causes) == 1:
        return [_one_on_cpu(lanes[0], "A and B")]
    return [_one_on_cpu(lane, lane.lane.upper()) for lane in lanes]


def _one_on_cpu(lane: LaneState, who: str) -> StandingWarning:
    assert lane.no_gpu is not None
    text = f"TRAINS ON THE CPU ({who}): {lane.no_gpu.why}"
    return StandingWarning(f"{who} on the CPU", text, "warning", lane.no_gpu.remedy)


def _meter_trouble(state: RunState, message: str) -> StandingWarning:
    """A silence is told with how long it lasts by now."""
    if not _SILENCE.search(message):
        return StandingWarning("meter", f"the device cannot be read: {message}")
    if state.reading_t is not None:
        message = _SILENCE.sub(f"has not answered for {state.elapsed_s - state.reading_t:.0f} s", message)
    remedy = "What is shown of the device is as old as that."
    return StandingWarning("silent library", f"{message}: the trainings go on", "warning", remedy)
