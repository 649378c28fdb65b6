"""Several trainings in one thread: whose turn it is, who is passed over, and when the thread waits."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.waiting import wait_for
from training.worker.turns import take_turns


class Taker:
    """Trains nothing: writes its name down for every turn."""

    def __init__(self, name: str, turns: int, went: list[str]) -> None:
        self.is_held = False
        self.on_turn: Callable[[int], None] = lambda number: None
        self._name, self._turns, self._went, self._taken = name, turns, went, 0

    @property
    def has_ended(self) -> bool:
        return self._taken >= self._turns

    def take_turn(self) -> None:
        assert not self.is_held
        assert not self.has_ended
        self._taken += 1
        self._went.append(self._name)
        self.on_turn(self._taken)


class Condition(threading.Condition):
    """Counts how often it was waited on; what the test wants happens then."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.waited = 0
        self._meanwhile = meanwhile

    def wait(self, timeout: float | None = None) -> bool:
        self.waited += 1
        self._meanwhile()
        return True


def test_turns_alternate_and_the_longer_goes_on_alone() -> None:
    went: list[str] = []
    changed = Condition()
    take_turns([Taker("a", 3, went), Taker("b", 5, went)], changed)
    assert "".join(went) == "abababbb"
    assert changed.waited == 0


def test_one_that_is_held_is_passed_over_until_it_is_not() -> None:
    went: list[str] = []
    a, b = Taker("a", 4, went), Taker("b", 6, went)

    def hold(number: int) -> None:
        a.is_held = number == 2

    def let_go(number: int) -> None:
        if number == 4:
            a.is_held = False

    a.on_turn, b.on_turn = hold, let_go
    take_turns([a, b], Condition())
    assert "".join(went) == "ababbbabab"


def test_the_thread_waits_only_while_all_that_are_left_are_held() -> None:
    went: list[str] = []
    a, b = Taker("a", 2, went), Taker("b", 3, went)
    a.is_held = b.is_held = True

    def release() -> None:
        a.is_held = b.is_held = False

    changed = Condition(release)
    b.on_turn = lambda number: setattr(b, "is_held", number == 2)
    take_turns([a, b], changed)
    assert "".join(went) == "ababb"
    assert changed.waited == 2  # before anybody went, and when a had ended and b was held


def test_a_change_told_by_another_thread_ends_the_wait() -> None:
    went: list[str] = []
    taker, changed = Taker("a", 1, went), threading.Condition()
    taker.is_held = True
    thread = threading.Thread(target=take_turns, args=([taker], changed), daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    with changed:
        taker.is_held = False
        changed.notify_all()
    wait_for(lambda: not thread.is_alive())
    assert went == ["a"]


@given(turns=st.lists(st.integers(1, 20), min_size=1, max_size=4))
def test_all_end_and_nobody_is_more_than_one_turn_ahead(turns: list[int]) -> None:
    went: list[str] = []
    names = "abcd"[: len(turns)]
    take_turns([Taker(name, number, went) for name, number in zip(names, turns, strict=True)], Condition())
    assert [went.count(name) for name in names] == turns
    for end in range(len(went)):
        so_far = went[:end]
        for one, most in zip(names, turns, strict=True):
            for other in names:
                assert so_far.count(other) - so_far.count(one) <= 1 or so_far.count(one) == most
