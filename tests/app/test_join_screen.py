"""The sheet that asks which preset joins a run."""

from __future__ import annotations

import pytest

from tests.app.pick_world import broken, entry
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.preset_library import PresetEntry
from tui.screens.live_join import JoinScreen


def unreadable() -> tuple[PresetEntry, ...]:
    """A disk that is gone."""
    raise OSError("Stale file handle")


async def test_presets_that_cannot_be_read_are_told() -> None:
    async with staged(JoinScreen("b", presets=unreadable), seen="cannot be read: Stale file handle"):
        pass


async def test_a_broken_preset_is_not_taken() -> None:
    screen = JoinScreen("b", presets=lambda: (broken(),))
    async with staged(screen, seen="cannot be used") as (pilot, _):
        before = screen_text(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen_text(pilot.app) != before)
        assert pilot.app.screen is screen


@pytest.mark.parametrize(("key", "answer"), [("enter", "lstm"), ("escape", None)])
async def test_enter_answers_and_escape_does_not(key: str, answer: str | None) -> None:
    async with staged(JoinScreen("b", presets=lambda: (entry("lstm"),)), seen="lstm") as (pilot, _):
        answers: list[str | None] = []
        asked = JoinScreen("b", presets=lambda: (entry("lstm"),))
        pilot.app.push_screen(asked, answers.append)
        await wait_until(pilot, lambda: pilot.app.screen is asked and "lstm" in screen_text(pilot.app))
        await pilot.press(key)
        await wait_until(pilot, lambda: bool(answers))
        assert answers == [answer]
