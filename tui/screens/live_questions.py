"""What the live screen asks before anything is stopped or left."""

from __future__ import annotations

from training.analysis.state import ENDED_PHASES, RunState
from training.plan import Lane, Plan, Sharing
from tui.contention_text import verdict_text
from tui.screens.confirm import Choice, ConfirmScreen
from tui.screens.live_possible import can_be_asked, other_ways

_SHARING_KEYS: dict[Sharing, str] = {"together": "t", "sequential": "s", "adaptive": "a"}
_SHARING_WORDS: dict[Sharing, str] = {
    "together": "Together: both train at once",
    "sequential": "One after the other: one waits, with its memory, for the other",
    "adaptive": "Adaptive: together while measured to be faster, else in turns",
}


def stop_question(state: RunState, lane: Lane) -> ConfirmScreen:
    """Whether to stop a lane, named with its PID. Answers `stop`, `cancel` or None."""
    held = state.lanes[lane]
    pid = f", pid {held.pid}" if held.pid is not None else ""
    return ConfirmScreen(
        f"Stop lane {lane.upper()} ({held.preset_name}{pid})?",
        [Choice("cancel", "n", "Let it train"), Choice("stop", "y", "Stop it")],
        detail="It ends at the next batch, with a checkpoint. The other lane goes on.",
    )


def leave_question(state: RunState, plan: Plan | None) -> ConfirmScreen:
    """How to leave a live run. Answers `detach`, `cancel` or None; `stop` where it can be asked to."""
    pids = ", ".join(
        f"{lane.upper()} pid {held.pid}"
        for lane, held in state.lanes.items()
        if held.pid is not None and held.phase not in ENDED_PHASES
    )
    stop = Choice("stop", "s", f"Stop both lanes{f' ({pids})' if pids else ''}")
    return ConfirmScreen(
        "The run is live. Leave it how?",
        [
            Choice("detach", "d", "Detach: the run goes on without this screen"),
            *([stop] if can_be_asked(state, plan) else []),
            Choice("cancel", "c", "Cancel"),
        ],
        detail=f"Come back with: dualtrain-tui attach {state.run}",
    )


class SharingQuestion(ConfirmScreen):
    """Asks for another way of sharing; `offered` are the answers that are one."""

    def __init__(self, state: RunState, offered: tuple[Sharing, ...]) -> None:
        self.offered = offered
        changes = [Choice(mode, _SHARING_KEYS[mode], _SHARING_WORDS[mode]) for mode in offered]
        super().__init__(
            f"The lanes share the device: {state.sharing}. From now on?",
            [*changes, Choice("cancel", "c", "Leave it as it is")],
            detail=verdict_text(state.contention.contention),
        )


def sharing_question(state: RunState, plan: Plan | None) -> SharingQuestion:
    """How to share from now on; where taking turns is faster that stands first, so that Enter takes it."""
    others = list(other_ways(state, plan))
    if state.contention.turns_are_faster:
        others.sort(key=lambda mode: mode != "sequential")
    return SharingQuestion(state, tuple(others))
