"""What the live screen asks before anything is stopped or left."""

from __future__ import annotations

from training.analysis.state import ENDED_PHASES, RunState
from training.plan import Lane
from tui.screens.confirm import Choice, ConfirmScreen


def stop_question(state: RunState, lane: Lane) -> ConfirmScreen:
    """Whether to stop a lane, named with its PID. Answers `stop`, `cancel` or None."""
    held = state.lanes[lane]
    pid = f", pid {held.pid}" if held.pid is not None else ""
    return ConfirmScreen(
        f"Stop lane {lane.upper()} ({held.preset_name}{pid})?",
        [Choice("cancel", "n", "Let it train"), Choice("stop", "y", "Stop it")],
        detail="It ends at the next batch, with a checkpoint. The other lane goes on.",
    )


def leave_question(state: RunState) -> ConfirmScreen:
    """How to leave a live run. Answers `detach`, `stop`, `cancel` or None."""
    pids = ", ".join(
        f"{lane.upper()} pid {held.pid}"
        for lane, held in state.lanes.items()
        if held.pid is not None and held.phase not in ENDED_PHASES
    )
    return ConfirmScreen(
        "The run is live. Leave it how?",
        [
            Choice("detach", "d", "Detach: the run goes on without this screen"),
            Choice("stop", "s", f"Stop both lanes{f' ({pids})' if pids else ''}"),
            Choice("cancel", "c", "Cancel"),
        ],
        detail=f"Come back with: dualtrain-tui attach {state.run}",
    )
