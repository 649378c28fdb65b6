"""At a terminal the command asks before code of `./presets` runs; Enter alone is no."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.terminal.conftest import Opened
from tests.terminal.terminal import Terminal
from tests.unit.own_presets import own_preset

QUESTION = "presets/mine.toml names code of its own, model.entry = my_models.py:build, "


def test_enter_is_no_and_a_yes_is_asked_for_once(dualtrain: Opened, tmp_path: Path) -> None:
    own_preset(tmp_path / "presets")
    join = ("join", "mine")  # with no run to join there is an end right after the question
    terminal = dualtrain(*join, cwd=tmp_path, columns=160)
    terminal.wait_until(
        lambda: QUESTION in terminal.text and "run it? [y/N]" in terminal.text, what="the question"
    )
    terminal.press("enter")
    assert terminal.wait_for_exit() == 1
    assert "nothing was run" in terminal.text

    terminal = dualtrain(*join, cwd=tmp_path, columns=160)
    terminal.wait_until(lambda: "run it? [y/N]" in terminal.text, what="the question again")
    terminal.press("y", "enter")
    assert terminal.wait_for_exit() == 2
    assert "no run is live" in terminal.text

    terminal = dualtrain(*join, cwd=tmp_path, columns=160)
    assert terminal.wait_for_exit() == 2
    assert "run it?" not in terminal.text


def test_headless_and_json_ask_as_well_and_an_interrupt_runs_nothing(
    dualtrain: Opened, tmp_path: Path
) -> None:
    own_preset(tmp_path / "presets")
    terminal = dualtrain("run", "mine", "--headless", "--json", cwd=tmp_path, columns=160)
    terminal.wait_until(lambda: "run it? [y/N]" in terminal.text, what="the question")
    assert interrupted(terminal) == 130
    assert dualtrain.runs == []


def interrupted(terminal: Terminal) -> int:
    """The exit code after Ctrl-C: a first one may come right before Python reads, which then goes on reading."""
    with suppress(AssertionError):
        terminal.press("ctrl+c")
        return terminal.wait_for_exit(timeout_s=5)
    terminal.press("ctrl+c")
    return terminal.wait_for_exit()
