"""The shipped record in a real terminal: there at once, and gone at once."""

from __future__ import annotations

from tests.terminal.conftest import Opened
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF

PLACE = r"replay \d+:\d\d of \d+:\d\d · "


def test_the_demo_plays_stands_still_and_is_left(dualtrain: Opened) -> None:
    terminal = dualtrain("replay", "demo")
    terminal.wait_for("replay: running", "^╭─ ▸ A", "B  ", PLACE + "4× · space pauses", "q Leave")
    terminal.wait_for(r"loss +\d\.\d+.*loss +\d\.\d+")
    terminal.press("space")
    terminal.wait_for(PLACE + "4× · paused · space plays")
    terminal.press(">")
    terminal.wait_for(PLACE + "8× · paused")
    terminal.press("\x1b[F")  # End
    terminal.wait_for("replay: ended", PLACE + "the end")
    terminal.press("enter")
    terminal.wait_for("Both trainings completed")
    terminal.press("l")
    terminal.wait_for(PLACE + "the end")
    terminal.press("q")
    assert terminal.wait_for_exit(timeout_s=5) == 0
    _, restored, after = terminal.output.rpartition(ALTERNATE_SCREEN_OFF)
    assert restored
    assert b"the run goes on" not in after
    assert dualtrain.runs == []


def test_it_is_left_while_it_plays_without_a_question(dualtrain: Opened) -> None:
    terminal = dualtrain("replay", "demo", "--speed", "1", columns=160, rows=48)
    terminal.wait_for(PLACE + "1× · space pauses", "╭─ loss", "╭─ memory", "╭─ events")
    terminal.press("q")
    assert terminal.wait_for_exit(timeout_s=5) == 0
