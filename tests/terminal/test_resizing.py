"""A window that is dragged about, and one that tmux gives back: what stands there in the end is whole."""

from __future__ import annotations

import random
import time

import pytest

from tests.terminal.conftest import Opened
from tests.terminal.terminal import Terminal

PAUSED = r"4× · paused"
RESIZES = 500
QUIET_S = 0.3
SIZES = [(80, 24), (160, 48), (60, 16), (100, 30), (40, 10), (81, 25), (1, 1), (200, 60)]


def standing_still(dualtrain: Opened, *, columns: int = 80, rows: int = 24) -> Terminal:
    """A screen full of curves that do not move."""
    terminal = dualtrain("replay", "demo", columns=columns, rows=rows)
    terminal.wait_for("loss", "space (pauses|plays)")
    terminal.press("space")
    terminal.wait_for(PAUSED)
    terminal.press("\x1b[H")  # Home: so that it stands at the same place each time
    terminal.wait_for("replay 0:00")
    terminal.press("\x1b[1;2C")  # a minute on
    terminal.wait_for("replay 1:00", PAUSED)
    return terminal


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_five_hundred_resizes_leave_the_screen_as_it_was(dualtrain: Opened, size: tuple[int, int]) -> None:
    terminal = standing_still(dualtrain, columns=size[0], rows=size[1])
    still = settled(terminal)
    chosen = random.Random(7)  # the same storm each time
    for index in range(RESIZES):
        terminal.resize(*chosen.choice(SIZES))
        if index % 50 == 0:
            settled(terminal)  # some are drawn, most are overtaken
    terminal.resize(*size)
    terminal.wait_until(lambda: settled(terminal) == still, what="the screen as it was")
    assert terminal.process.poll() is None
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


def settled(terminal: Terminal) -> str:
    """The screen, once nothing more comes."""
    terminal.wait_until(lambda: is_quiet(terminal), what="an end of what comes")
    return terminal.text


def is_quiet(terminal: Terminal) -> bool:
    """Whether something stands there and nothing has come for a moment."""
    chunks = terminal.chunks
    return bool(chunks) and time.monotonic() - chunks[-1][0] > QUIET_S
