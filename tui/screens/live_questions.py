"""What the live screen asks before anything is stopped or left."""

from __future__ import annotations

from training.analysis.named_lanes import NamedLane, in_words, lanes_of
from training.analysis.state import LaneState, RunState
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
    lanes = lanes_of(state)
    goes_on = (
        " The other lane goes on." if any(one.lane != lane for one in lanes) else " The run ends with it."
    )
    named = next((one for one in lanes if one.lane == lane), NamedLane(lane, state.lanes[lane].preset_name))
    return ConfirmScreen(
        f"Stop lane {named.told}?",
        [Choice("cancel", "n", "Let it train"), Choice("stop", "y", "Stop it")],
        detail=f"{_how_it_ends(state.lanes[lane])}{goes_on}",
    )


def _how_it_ends(held: LaneState) -> str:
    """A script's checkpoints are its own, and what passes no gate is ended by signals alone."""
    if held.telemetry != "each":
        return "It is ended by a signal, wherever it is."
    if held.fit:
        return "It ends at the next batch; what its script does after that it still does."
    return "It ends at the next batch, with a checkpoint."


def leave_question(state: RunState, plan: Plan | None, *, ends_with: str = "") -> ConfirmScreen:
    """How to leave a live run. Answers `detach`, `cancel` or None; `stop` where it can be asked to.

    `ends_with` says what will end the run though it was left to go on.
    """
    lanes = lanes_of(state)
    stop = Choice("stop", "s", f"Stop {in_words(lanes)}")
    detach = "Detach: leave the run to itself" if ends_with else "Detach: the run goes on without this screen"
    unsure = f"What may end it before its time: {ends_with}\n" if ends_with else ""
    return ConfirmScreen(
        "The run is live. Leave it how?",
        [
            Choice("detach", "d", detach),
            *([stop] if lanes and can_be_asked(state, plan) else []),
            Choice("cancel", "c", "Cancel"),
        ],
        detail=f"{unsure}Come back with: dualtrain-tui attach {state.run}",
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
