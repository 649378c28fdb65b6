"""Leaving safely, in a terminal: a screen that only looks, the bell, and the question before a stop."""

from __future__ import annotations

import re

import pytest

from tests.process.equipment import Run
from tests.terminal.conftest import LongRun, Opened
from training.record.liveness import liveness

BELL = b"\x07"
OSC = rb"\x1b\][^\x07]*\x07"
"""A command to the terminal that ends with the same byte and rings nothing."""
QUESTION = r"Stop both lanes: A \(seed-binary, pid \d+\), B \(seed-regression, pid \d+\) of run \S+\? \[y/N\]"


def test_a_screen_that_only_looks_says_so_and_q_leaves_at_once(long_run: LongRun) -> None:
    terminal = long_run.dualtrain("attach", "--readonly")
    screen = terminal.wait_for("read-only", r"loss +\d\.\d+.*loss +\d\.\d+", timeout_s=60)
    assert "Pause" not in screen
    assert "Stop" not in screen
    terminal.press("x", "p", "q")
    assert terminal.wait_for_exit() == 0
    assert f"attach {long_run.folder.name}".encode() in terminal.output
    assert liveness(long_run.folder) == "live"


@pytest.mark.parametrize(
    ("keys", "exit_code"),
    [(("n", "enter"), 1), (("enter",), 1), (("ctrl+c",), 130)],
    ids=["no", "enter", "ctrl+c"],
)
def test_a_stop_names_lanes_and_processes_and_takes_no_for_an_answer(
    long_run: LongRun, keys: tuple[str, ...], exit_code: int
) -> None:
    Run(long_run.folder.path).pid("b")
    terminal = long_run.dualtrain("stop", columns=160)
    terminal.wait_for(QUESTION)
    terminal.press(*keys)
    if keys == ("ctrl+c",):
        # Python looks for signals before it begins to read: one that comes just between waits for the next key
        terminal.wait_for(r"\^C")
        terminal.press("enter")
    assert terminal.wait_for_exit() in (exit_code, 1)
    assert liveness(long_run.folder) == "live"


@pytest.mark.slow
def test_the_bell_rings_for_each_lane_that_ends(dualtrain: Opened) -> None:
    terminal = dualtrain("run", "seed-binary", "seed-regression", "--steps", "40", "--device", "cpu")
    terminal.wait_for("New run", timeout_s=90)
    terminal.press("q")
    assert terminal.wait_for_exit() == 0
    assert re.sub(OSC, b"", terminal.output).count(BELL) == 2


def test_yes_stops(dualtrain: Opened) -> None:
    launched = dualtrain(
        "run", "seed-binary", "seed-regression", "--minutes", "9", "--device", "cpu", "--detach"
    )
    assert launched.wait_for_exit(timeout_s=60) == 0
    terminal = dualtrain("stop", columns=160)
    terminal.wait_until(
        lambda: "[y/N]" in terminal.text or "does not answer yet" in terminal.text, what="an answer"
    )
    while "does not answer yet" in terminal.text:
        terminal = dualtrain("stop", columns=160)
        terminal.wait_for(r"\[y/N\]|does not answer yet")
    terminal.press("y", "enter")
    assert terminal.wait_for_exit() == 0
    assert "stop asked of both lanes: A (seed-binary, " in terminal.text
