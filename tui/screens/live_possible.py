"""What can be done to a run now: the keys of the live screen are grey or gone by it."""

from __future__ import annotations

import socket

from training.analysis.state import ENDED_PHASES, LanePhase, RunState
from training.plan import CHANGEABLE, LANES, Lane, Plan, Sharing

_PAUSABLE: frozenset[LanePhase] = frozenset({"training", "validating", "paused"})
_TRAINS: frozenset[LanePhase] = frozenset({"training", "validating"})


def is_possible(
    action: str, state: RunState, lane: Lane, plan: Plan | None = None, *, readonly: bool = False
) -> bool | None:
    """Whether an action on the run or its chosen lane is: True, None where not now, False where not at all.

    Args:
        action: the name of a key's action.
        state: the run.
        lane: the chosen one.
        plan: of the run, where it can be read.
        readonly: runs are only looked at: nothing is asked, and nothing launched.
    """
    match action:
        case "report":
            return state.phase == "ended"
        case "again":
            return not state.is_live and not readonly
        case "period":
            return state.is_live
        case "pause" | "stop" | "probe" | "share" | "join":
            if readonly or not state.is_live or is_elsewhere(plan):
                return False
            possible = _asking(action, state, lane, plan)
            return None if possible and not can_be_asked(state, plan) else possible
        case _:
            return True


def can_be_asked(state: RunState, plan: Plan | None) -> bool:
    """Whether the run's supervisor listens, as far as this machine can ask it."""
    return state.phase == "running" and not is_elsewhere(plan)


def is_elsewhere(plan: Plan | None) -> bool:
    """Whether another machine has the run: here it is only looked at."""
    return plan is not None and bool(plan.host) and plan.host != socket.gethostname()


def other_ways(state: RunState, plan: Plan | None) -> tuple[Sharing, ...]:
    """How the lanes can share the device from now on; none where the run keeps to its way to the end."""
    if state.sharing not in CHANGEABLE:
        return ()
    others = [mode for mode in CHANGEABLE if mode != state.sharing]
    if state.device.one_process:
        others = [mode for mode in others if mode == "sequential"]
    if plan is not None and not plan.probing.enabled:
        others = [mode for mode in others if mode != "adaptive"]  # it goes by probes
    return tuple(others)


def joining_lane(state: RunState) -> Lane | None:
    """Where another training has its place: no lane yet, or one that has ended while the other goes on.

    None where there is none: both lanes train, or both have ended, or another cannot come into this run at all.
    """
    if state.sharing == "one-process" or state.lane_devices:
        return None
    missing = [lane for lane in LANES if lane not in state.lanes]
    ended = [lane for lane, held in state.lanes.items() if held.phase in ENDED_PHASES]
    goes_on = len(ended) < len(state.lanes)
    return next(iter([*missing, *ended]), None) if goes_on else None


def is_paused_by_person(state: RunState, lane: Lane) -> bool:
    """Whether resuming it is what a person can do: not a lane that stands still for a probe or for its turn."""
    held = state.contention.held.get(lane, ())
    return "asked" in held or (not held and lane in state.lanes and state.lanes[lane].phase == "paused")


def _asking(action: str, state: RunState, lane: Lane, plan: Plan | None) -> bool | None:
    held = state.lanes.get(lane)
    match action:
        case "pause":
            return True if held is not None and held.phase in _PAUSABLE else None
        case "stop":
            return True if held is not None and held.phase not in ENDED_PHASES else None
        case "probe":
            return (True if _can_probe(state) else None) if len(state.lanes) == len(LANES) else False
        # one of the two is in the list of keys: the other would do nothing
        case "share":
            return _both_go_on(state) and bool(other_ways(state, plan))
        case "join":
            return joining_lane(state) is not None
        case _:
            return True


def _both_go_on(state: RunState) -> bool:
    return all(lane in state.lanes and state.lanes[lane].phase not in ENDED_PHASES for lane in LANES)


def _can_probe(state: RunState) -> bool:
    """Both train, or stand still for a reason that is neither a person's nor the other's turn."""
    return (
        state.contention.probing is None
        and state.sharing != "sequential"
        and not any("turn" in held for held in state.contention.held.values())
        and all(_trains(state, lane) for lane in LANES)
    )


def _trains(state: RunState, lane: Lane) -> bool:
    phase = state.lanes[lane].phase
    return phase in _TRAINS or (phase == "paused" and not is_paused_by_person(state, lane))
