"""How far a terminal is behind, by its answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.line_pace import AHEAD_BYTES, ASK_AFTER_BYTES, GIVE_UP_AFTER_S, LinePace


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(clock: Clock) -> LinePace:
    """A line whose terminal has answered once."""
    line = LinePace(clock)
    send(line, ASK_AFTER_BYTES)
    line.answered()
    return line


def send(line: LinePace, count_bytes: int) -> bool:
    line.sent(count_bytes)
    return line.ask()


def test_a_little_is_not_worth_a_question(line: LinePace) -> None:
    assert not send(line, ASK_AFTER_BYTES - 1)
    assert send(line, 1)
    assert not line.ask()


def test_much_on_its_way_is_behind_until_the_answer(line: LinePace) -> None:
    assert send(line, AHEAD_BYTES - 1)
    assert not line.is_behind
    line.sent(1)
    assert line.is_behind
    line.answered()
    assert not line.is_behind


def test_answers_are_of_the_oldest_question(line: LinePace) -> None:
    send(line, ASK_AFTER_BYTES)
    send(line, AHEAD_BYTES)
    line.answered()
    assert line.is_behind
    line.answered()
    assert not line.is_behind


def test_a_terminal_that_never_answered_is_never_behind(clock: Clock) -> None:
    line = LinePace(clock)
    for _ in range(10):
        send(line, AHEAD_BYTES)
    assert not line.is_behind
    assert line.wait_for_answers(0.0)


def test_the_first_question_is_asked_whatever_was_sent() -> None:
    line = LinePace(lambda: 0.0)
    assert line.ask(first=True)


def test_a_line_is_as_slow_as_it_takes_longer_for_more(clock: Clock) -> None:
    line = LinePace(clock)
    line.ask(first=True)
    clock.now_s = 0.2
    line.answered()  # so long it takes anyway
    assert not line.is_slow
    for took_s, is_slow in ((0.2 + 1.0, True), (0.2 + 0.01, False)):
        send(line, 8000)
        clock.now_s += took_s
        line.answered()
        assert line.is_slow is is_slow
    line.sent(8000)
    assert line.arrives_in_s == pytest.approx(0.01)


def test_late_answers_are_waited_for_as_long_as_some_come(line: LinePace, clock: Clock) -> None:
    send(line, AHEAD_BYTES)
    clock.now_s = GIVE_UP_AFTER_S - 1
    send(line, AHEAD_BYTES)
    line.answered()
    clock.now_s += GIVE_UP_AFTER_S - 1
    assert line.is_behind


def test_what_is_not_answered_is_forgotten(line: LinePace, clock: Clock) -> None:
    send(line, AHEAD_BYTES)
    clock.now_s = GIVE_UP_AFTER_S + 0.1
    assert not line.is_behind
    assert send(line, AHEAD_BYTES)
    assert line.is_behind


def test_an_answer_to_no_question_counts_for_nothing(line: LinePace) -> None:
    line.answered()
    send(line, AHEAD_BYTES)
    assert line.is_behind


def test_after_the_shell_had_the_terminal_nothing_is_open(line: LinePace) -> None:
    send(line, AHEAD_BYTES)
    assert not line.wait_for_answers(0.0)
    line.reset()
    assert line.wait_for_answers(0.0)
    assert not line.is_behind


@given(st.lists(st.one_of(st.integers(1, 5000), st.just("answered")), max_size=60))
def test_all_answered_is_never_behind(what: list[int | str]) -> None:
    line = LinePace(lambda: 0.0)
    open_questions = 0
    for one in what:
        if isinstance(one, int):
            open_questions += send(line, one)
        elif open_questions:
            line.answered()
            open_questions -= 1
        assert not line.is_behind or open_questions
    for _ in range(open_questions):
        line.answered()
    assert not line.is_behind
