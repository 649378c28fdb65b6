"""The part of the live screen that asks: first the person, then, by a message, the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from textual.message import Message
from textual.screen import ModalScreen

from training.analysis.named_lanes import NamedLane, lanes_of
from training.analysis.state import RunState
from training.plan import LANES, Lane, Plan, PlanError, read_plan
from training.record.run_folder import RunFolder
from tui.screens.house_screen import HouseScreen
from tui.screens.live_messages import (
    JoinAsked,
    LeaveAsked,
    PauseAsked,
    ProbeAsked,
    ReportAsked,
    ResumeAsked,
    ShareAsked,
    StopAsked,
)
from tui.screens.live_possible import is_paused_by_person, is_possible, joining_lane
from tui.screens.live_questions import leave_question, sharing_question, stop_question
from tui.screens.log import LogScreen

_CHANGING: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("report", ()),
    ("again", ()),
    ("pause", ()),
    ("stop", ()),
    ("probe", ()),
    ("share", ()),
    ("join", ()),
    ("choose", ("b",)),
)
"""Actions, with their parameters, that come and go with the run's state."""
_ANSWERED_WITHIN_S = 5.0
"""What was asked and is not seen by then was refused, or is forgotten."""


class AskingScreen(HouseScreen):
    """Knows the run's newest state and the lane that keys act on; what is asked leaves as a message."""

    def __init__(self, state: RunState, plan: Plan | None, *, readonly: bool = False) -> None:
        super().__init__()
        self.ends_with = ""
        """What will end the run though it is left to go on, once that is known."""
        self._readonly = readonly
        self._state = state
        self._plan = plan
        self._lane: Lane = next((lane for lane in LANES if lane in state.lanes), "a")
        self._question: ModalScreen[str | None] | None = None
        self._possible: tuple[object, ...] = ()
        self._asked_to_pause: dict[Lane, tuple[bool, float]] = {}
        """What the key asked of a lane last, and when on the run's clock, until it is seen done."""

    @property
    def chosen_lane(self) -> Lane:
        """The lane that keys act on."""
        return self._lane

    @property
    def state(self) -> RunState:
        """The newest state, whether or not the picture is held."""
        return self._state

    @property
    def plan(self) -> Plan | None:
        """The plan as it is now: a lane that joined the run is in it."""
        try:
            return read_plan(RunFolder.at(self._state.folder).plan)
        except PlanError:
            return self._plan

    def take_state(self, state: RunState) -> None:
        """Take a new state; a question about a run that is over has nothing left to decide."""
        self._state = state
        for lane, (paused, asked_s) in list(self._asked_to_pause.items()):
            is_done = is_paused_by_person(state, lane) == paused
            if is_done or state.elapsed_s - asked_s > _ANSWERED_WITHIN_S:
                del self._asked_to_pause[lane]
        if not state.is_live and self._question is not None and self._question.is_current:
            self._question.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what cannot be done now, hide what cannot be done any more."""
        if action == "choose":
            return parameters[0] in self._state.lanes
        possible = is_possible(action, self._state, self._lane, self._plan, readonly=self._readonly)
        return super().check_action(action, parameters) if possible else possible

    def refresh_keys(self) -> None:
        """Look again what is possible."""
        possible = tuple(self.check_action(action, parameters) for action, parameters in _CHANGING)
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def action_pause(self) -> None:
        """Pause the chosen lane, or resume it; a second press takes back the first, also before that is seen."""
        lane = self._lane
        paused, _ = self._asked_to_pause.get(lane, (is_paused_by_person(self._state, lane), 0.0))
        self._asked_to_pause[lane] = (not paused, self._state.elapsed_s)
        self.post_message(ResumeAsked(lane) if paused else PauseAsked(lane))

    def action_stop(self) -> None:
        """Stop the chosen lane, once confirmed."""
        lane = self._lane
        self.ask(
            stop_question(self._state, lane), {"stop": StopAsked(lane)}, stops=(lane,), again=self.action_stop
        )

    def action_probe(self) -> None:
        """Measure the contention now."""
        self.post_message(ProbeAsked())

    def action_share(self) -> None:
        """Another way of sharing, once chosen."""
        question = sharing_question(self._state, self._plan)
        self.ask(question, {mode: ShareAsked(mode) for mode in question.offered})

    def action_join(self) -> None:
        """A preset beside the lane that trains, once chosen."""
        from tui.screens.live_join import JoinScreen

        lane = joining_lane(self._state)
        if lane is None:
            return

        def chosen(reference: str | None) -> None:
            self._question = None
            if reference is not None:
                self.post_message(JoinAsked(reference))

        self._question = JoinScreen(lane)
        self.app.push_screen(self._question, chosen)

    def action_log(self) -> None:
        """The chosen lane's log."""
        title = f"log of lane {self._lane.upper()}"
        self.app.push_screen(LogScreen(Path(self._state.folder) / f"{self._lane}.log", title=title))

    def action_report(self) -> None:
        """The report."""
        self.post_message(ReportAsked())

    def action_again(self) -> None:
        """The pair again, once it is said how."""
        plan = self.plan
        if plan is not None:
            from tui.screens.retry import RunAgain

            RunAgain(plan, self._state).ask(self)

    def action_leave(self) -> None:
        """Leave at once where nothing is live, or nothing could be asked of it; else ask how."""
        if not self._state.is_live:
            self.post_message(LeaveAsked("close"))
            return
        if self._readonly:
            self.post_message(LeaveAsked("detach"))
            return
        question = leave_question(self._state, self._plan, ends_with=self.ends_with)
        leads_to = {"detach": LeaveAsked("detach"), "stop": LeaveAsked("stop")}
        self.ask(question, leads_to, stops=LANES, again=self.action_leave)

    def ask(
        self,
        question: ModalScreen[str | None],
        leads_to: Mapping[str, Message],
        *,
        stops: Sequence[Lane] = (),
        again: Callable[[], None] | None = None,
    ) -> None:
        """Ask, and post the message that the answer leads to; other answers lead to nothing.

        Args:
            question: what is asked.
            leads_to: messages by answer.
            stops: the lanes that the answer `stop` stops: it counts for the processes that the question named.
            again: asks anew where these are others by the time of the answer.
        """
        named = self._processes(stops)

        def answered(answer: str | None) -> None:
            self._question = None
            if answer == "stop" and again is not None and self._processes(stops) != named:
                self.notify("The processes that it named have changed: nothing was stopped.", markup=False)
                if self._processes(stops):
                    again()
            elif answer is not None and answer in leads_to:
                self.post_message(leads_to[answer])

        self._question = question
        self.app.push_screen(question, answered)

    def _processes(self, lanes: Sequence[Lane]) -> list[NamedLane]:
        return [one for one in lanes_of(self._state) if one.lane in lanes]
