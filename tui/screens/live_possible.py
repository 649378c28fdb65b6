"""What can be done to a run now: the keys of the live screen are grey or gone by it."""

from __future__ import annotations

from training.analysis.state import ENDED_PHASES, LanePhase, RunState
from training.plan import LANES, Lane, Sharing

CHANGEABLE: tuple[Sharing, ...] = ("together", "sequential", "adaptive")
"""Between these a run can change while it goes on."""
_PAUSABLE: frozenset[LanePhase] = frozenset({"training", "validating", "paused"})
_TRAINS: frozenset[LanePhase] = frozenset({"training", "validating"})


def is_possible(action: str, state: RunState, lane: Lane) -> bool | None:
    """Whether an action on the run or its chosen lane is: True, None where not now, False where not at all."""
    match action:
        case "report":
            return state.phase == "ended"
        case "again":
            return not state.is_live
        case "pause" | "stop" | "period" | "probe" | "share" | "join":
            return _asking(action, state, lane) if state.is_live else False
        case _:
            return True


def joining_lane(state: RunState) -> Lane | None:
    """Where another training has its place: no lane yet, or one that has ended while the other goes on."""
    missing = [lane for lane in LANES if lane not in state.lanes]
    ended = [lane for lane, held in state.lanes.items() if held.phase in ENDED_PHASES]
    return next(iter([*missing, *ended]), None)


def is_paused_by_person(state: RunState, lane: Lane) -> bool:
    """Whether resuming it is what a person can do: not a lane that stands still for a probe or for its turn."""
    held = state.contention.held.get(lane, ())
    return "asked" in held or (not held and lane in state.lanes and state.lanes[lane].phase == "paused")


def _asking(action: str, state: RunState, lane: Lane) -> bool | None:
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
            return joining_lane(state) is None
        case "join":
            return joining_lane(state) is not None
        case _:
            return True


def _can_probe(state: RunState) -> bool:
    """Both train, or stand still for a reason that is not a person's."""
    return (
        state.contention.probing is None
        and state.sharing != "sequential"
        and all(_trains(state, lane) for lane in LANES)
    )


def _trains(state: RunState, lane: Lane) -> bool:
    phase = state.lanes[lane].phase
    return phase in _TRAINS or (phase == "paused" and not is_paused_by_person(state, lane))
