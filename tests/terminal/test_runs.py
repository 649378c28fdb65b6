"""`runs` on a terminal: a screen to come back to, that sends nothing while nothing changes, and `prune` that asks."""

from __future__ import annotations

import time

import pytest

from tests.terminal.conftest import Opened
from tests.terminal.terminal import ALTERNATE_SCREEN_OFF, ALTERNATE_SCREEN_ON
from tests.unit.ended_runs import ended_run
from tui.screens.runs import READ_EVERY_S

OLD, NEW = "20251120-201500-aaaa", "20251121-201500-bbbb"
BEGAN = "2025-11-20T20:15:00+00:00"


@pytest.fixture(autouse=True)
def _two_runs() -> None:
    ended_run(OLD, began=BEGAN, presets=("lstm", "wide-mlp"))
    ended_run(NEW, began=BEGAN, presets=("tiny-steps", "unet"))


def test_a_finished_run_is_opened_and_left_for_the_runs(dualtrain: Opened) -> None:
    terminal = dualtrain("runs")
    terminal.wait_for("Runs", r"▸ completed +tiny-steps \+ unet", r"completed +lstm \+ wide-mlp", NEW)
    terminal.press("enter")
    terminal.wait_for("╭─ loss", "ended")
    terminal.press("enter")
    terminal.wait_for("Both trainings completed", "R Runs")
    terminal.press("R")
    terminal.wait_for("▸ completed", "1 of 2")
    terminal.press("/", "lstm")
    terminal.wait_for("1 of 2", "/lstm", OLD)
    terminal.press("enter")
    terminal.wait_for("╭─ loss", "ended")
    terminal.press("escape")
    terminal.wait_for("▸ completed", OLD)
    terminal.press("escape")
    terminal.wait_until(lambda: "/lstm" not in terminal.text, what="the end of the filter")
    terminal.press("escape")
    assert terminal.wait_for_exit() == 0
    assert terminal.output.startswith(ALTERNATE_SCREEN_ON)
    assert ALTERNATE_SCREEN_OFF in terminal.output


def test_nothing_is_sent_while_nothing_changes(dualtrain: Opened) -> None:
    terminal = dualtrain("runs")
    terminal.wait_for("▸ completed", "KiB.*\n.*KiB", "Quit")
    settled = time.monotonic() + READ_EVERY_S
    terminal.wait_until(lambda: time.monotonic() > settled, what="what is drawn once")
    before = terminal.output_size
    until = time.monotonic() + 2.5 * READ_EVERY_S
    terminal.wait_until(lambda: time.monotonic() > until, what="two further looks")
    assert terminal.output_size == before


def test_a_run_is_deleted_when_confirmed(dualtrain: Opened) -> None:
    terminal = dualtrain("runs")
    terminal.wait_for("▸ completed", NEW)
    terminal.press("d")
    terminal.wait_for(f"Delete run {NEW}", "trained models", "Keep it", "Delete it")
    terminal.press("y")
    terminal.wait_for("1 of 1", OLD)
    assert [folder.name for folder in dualtrain.runs] == [OLD]
    terminal.press("q")
    assert terminal.wait_for_exit() == 0


@pytest.mark.parametrize(("answer", "left"), [("y", [NEW]), ("n", [OLD, NEW])])
def test_prune_asks(dualtrain: Opened, answer: str, left: list[str]) -> None:
    terminal = dualtrain("runs", "prune", "--keep", "1", columns=120)
    terminal.wait_for(f"{OLD}.*KiB.*lstm \\+ wide-mlp", r"Delete these with their trained models \(1 run, ")
    terminal.press(answer, "enter")
    assert terminal.wait_for_exit() == 0
    assert [folder.name for folder in dualtrain.runs] == left
    assert (b"deleted 1 run" in terminal.output) is (answer == "y")


def test_on_a_dumb_terminal_they_are_listed(dualtrain: Opened) -> None:
    terminal = dualtrain("runs", columns=160, environment={"TERM": "dumb"})
    assert terminal.wait_for_exit() == 0
    assert f"{OLD}      completed" in terminal.output.decode()
    assert b"\x1b" not in terminal.output
