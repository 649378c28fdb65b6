"""A lane stands still while anything holds it, and its worker hears of the first and the last only."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.simulated_run import KeptEvents
from training.plan import LANES, Lane
from training.record.contention_records import Held, HeldFor, LetGo
from training.supervisor.holds import Holds

WHY: tuple[HeldFor, ...] = ("asked", "probe", "turn")


@dataclass
class Workers:
    """What the lanes' workers were told, and who takes nothing."""

    told: list[tuple[Lane, str]] = field(default_factory=list)
    deaf: set[Lane] = field(default_factory=set)

    def tell(self, lane: Lane, do: str) -> bool:
        if lane in self.deaf:
            return False
        self.told.append((lane, do))
        return True

    def stands(self, lane: Lane) -> bool:
        """By the last it took."""
        return next((do for told, do in reversed(self.told) if told == lane), "resume") == "pause"


def made() -> tuple[Holds, Workers, KeptEvents]:
    workers, events = Workers(), KeptEvents()
    return Holds(workers.tell, events, lambda: 7.0), workers, events


def test_a_worker_is_told_when_the_first_reason_comes_and_when_the_last_goes() -> None:
    holds, workers, events = made()
    assert holds.hold("a", "probe")
    assert holds.hold("a", "asked")
    assert holds.hold("a", "asked")
    assert holds.why("a") == {"probe", "asked"}
    assert holds.let_go("a", "probe")
    assert workers.told == [("a", "pause")]
    assert holds.let_go("a", "asked")
    assert workers.told == [("a", "pause"), ("a", "resume")]
    assert not holds.why("a")
    assert events.kept[1:] == [
        Held(7.0, "a", "probe"),
        Held(7.0, "a", "asked"),
        LetGo(7.0, "a", "probe"),
        LetGo(7.0, "a", "asked"),
    ]


def test_what_does_not_hold_it_cannot_let_it_go() -> None:
    holds, workers, events = made()
    holds.hold("a", "turn")
    assert holds.let_go("a", "asked")
    assert holds.let_go("b", "turn")
    assert holds.why("a") == {"turn"}
    assert workers.told == [("a", "pause")]
    assert len(events.kept) == 2


def test_a_hold_that_was_not_taken_is_none() -> None:
    holds, workers, events = made()
    workers.deaf.add("a")
    assert not holds.hold("a", "turn")
    assert not holds.why("a")
    assert len(events.kept) == 1


def test_a_resume_that_was_not_taken_is_told_again_until_it_is() -> None:
    holds, workers, _ = made()
    holds.hold("a", "probe")
    workers.deaf.add("a")
    assert not holds.let_go("a", "probe")
    assert not holds.why("a")
    holds.tell_again()
    assert workers.stands("a")
    workers.deaf.clear()
    holds.tell_again()
    holds.tell_again()
    assert workers.told == [("a", "pause"), ("a", "resume")]


def test_a_hold_that_comes_before_the_resume_was_taken_stays() -> None:
    holds, workers, _ = made()
    holds.hold("a", "probe")
    workers.deaf.add("a")
    holds.let_go("a", "probe")
    workers.deaf.clear()
    assert holds.hold("a", "asked")
    holds.tell_again()
    assert workers.stands("a")


@pytest.mark.parametrize("was_let_go", [False, True])
def test_a_lane_that_has_ended_is_held_by_nothing(was_let_go: bool) -> None:
    holds, workers, _ = made()
    holds.hold("a", "turn")
    workers.deaf.add("a")
    if was_let_go:
        holds.let_go("a", "turn")
    holds.forget("a")
    holds.forget("b")
    assert not holds.why("a")
    workers.deaf.clear()
    holds.tell_again()
    assert workers.told == [("a", "pause")]


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["hold", "let go", "deaf", "hears", "tell again"]),
        st.sampled_from(LANES),
        st.sampled_from(WHY),
    )
)


@given(actions=ACTIONS)
def test_in_the_end_it_stands_if_and_only_if_something_holds_it(
    actions: list[tuple[str, Lane, HeldFor]],
) -> None:
    holds, workers, events = made()
    for action, lane, why in actions:
        if action == "hold":
            assert holds.hold(lane, why) == (why in holds.why(lane))
        elif action == "let go":
            holds.let_go(lane, why)
            assert why not in holds.why(lane)
        elif action == "tell again":
            holds.tell_again()
        else:
            (workers.deaf.add if action == "deaf" else workers.deaf.discard)(lane)
    workers.deaf.clear()
    holds.tell_again()
    for lane in LANES:
        assert workers.stands(lane) == bool(holds.why(lane))
        told = [record for record in events.kept[1:] if record.lane == lane]
        held: set[HeldFor] = set()
        for record in told:
            (held.add if isinstance(record, Held) else held.discard)(record.why)
        assert held == holds.why(lane)
