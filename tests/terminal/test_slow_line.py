"""Over a line that takes 8 KB a second, in terminals that tell where they have got to and in some that do not."""

from __future__ import annotations

import re
import time

import pytest

from tests.terminal.conftest import Opened
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF, COMMAND, Terminal

SLOW_BYTES_PER_S = 8000
ANSWERS_WITHIN_S = 4.0
"""What `python -m tests.bench terminal_bytes` holds at a second, on a machine with other things to do."""
PLAYS, PAUSED = r"4× · space pauses", r"4× · paused"
PLAYED = ("replay", "demo", "--speed", "4")
ASKED = b"\x1b[6n"


def seconds_until(terminal: Terminal, key: str, seen: str) -> float:
    """How long after the key it stands on the screen."""
    pressed = time.monotonic()
    terminal.press(key)
    terminal.wait_for(seen)
    return time.monotonic() - pressed


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 48), marks=pytest.mark.slow)])
def test_a_key_is_answered_while_everything_moves(dualtrain: Opened, size: tuple[int, int]) -> None:
    terminal = dualtrain(*PLAYED, columns=size[0], rows=size[1], bytes_per_s=SLOW_BYTES_PER_S)
    terminal.wait_for(PLAYS)
    for key_seen in (PAUSED, PLAYS):  # by then the first pictures, which are whole, have come through
        seconds_until(terminal, "space", key_seen)
    for _ in range(2):
        assert seconds_until(terminal, "space", PAUSED) < ANSWERS_WITHIN_S
        assert seconds_until(terminal, "space", PLAYS) < ANSWERS_WITHIN_S
    assert ASKED in terminal.output
    assert seconds_until(terminal, "?", "Help") < 2 * ANSWERS_WITHIN_S
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit() == 0


def test_a_terminal_that_answers_nothing_shows_everything(dualtrain: Opened) -> None:
    terminal = dualtrain(*PLAYED, columns=160, rows=48, answers=False)
    terminal.wait_for(PLAYS)
    terminal.press("space")
    terminal.wait_for(PAUSED)
    terminal.press("ctrl+q")
    assert terminal.wait_for_exit(timeout_s=5) == 0


@pytest.mark.parametrize("bytes_per_s", [None, pytest.param(SLOW_BYTES_PER_S, marks=pytest.mark.slow)])
def test_no_answer_is_left_to_the_shell(dualtrain: Opened, bytes_per_s: int | None) -> None:
    """What still comes after the app has left would stand there as if it had been typed."""
    command = f"{COMMAND} {' '.join(PLAYED)}; echo left; cat -v"
    with Terminal(
        ["/bin/sh", "-c", command],
        columns=160,
        rows=48,
        bytes_per_s=bytes_per_s,
        environment=dualtrain.environment,
    ) as terminal:
        terminal.wait_for(PLAYS)
        terminal.press("space")
        terminal.wait_for(PAUSED)
        terminal.press("ctrl+q")
        terminal.wait_until(lambda: b"left" in after(terminal), what="the shell")
        terminal.press("typed\r")
        terminal.wait_until(lambda: after(terminal).count(b"typed") == 2, what="what was typed, twice")
        assert not re.search(rb"\^\[|;1R", after(terminal)), after(terminal)


def after(terminal: Terminal) -> bytes:
    """What came after the app had left the screen."""
    before, left, rest = terminal.output.rpartition(ALTERNATE_SCREEN_OFF)
    return rest if before or left else b""
