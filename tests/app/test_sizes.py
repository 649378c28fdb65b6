"""Every screen at every size people have; below that a sentence, and nothing is lost by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.app.every_screen import SCREENS, Shown
from tests.app.pick_world import World
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until

EVERY = [pytest.param(shown, id=shown.name) for shown in SCREENS]
SENTENCE = ["terminal", "too", "small:", "dualtrain", "needs", "60", "×", "16;", "ctrl+q", "leaves"]


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (160, 48)])
@pytest.mark.parametrize("shown", EVERY)
async def test_every_line_fits_and_no_sentence_covers_it(
    shown: Shown, size: tuple[int, int], tmp_path: Path
) -> None:
    async with staged(shown.make(tmp_path), size, seen=shown.seen) as (pilot, _):
        text = screen_text(pilot.app)
        assert text.count("\n") == size[1] - 1
        assert all(cell_len(line) <= size[0] for line in text.splitlines())
        assert "too small" not in text


@pytest.mark.parametrize("shown", EVERY)
async def test_too_small_is_a_sentence_and_all_comes_back_with_its_focus(
    shown: Shown, tmp_path: Path
) -> None:
    async with staged(shown.make(tmp_path), (80, 24), seen=shown.seen) as (pilot, _):
        focused = pilot.app.focused
        for size in ((59, 24), (80, 15), (50, 10)):
            await pilot.resize_terminal(*size)
            await wait_until(pilot, lambda: screen_text(pilot.app).split() == SENTENCE)
        await pilot.resize_terminal(12, 3)
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(80, 24)
        await wait_until(
            pilot,
            lambda: shown.seen in screen_text(pilot.app) and "too small" not in screen_text(pilot.app),
        )
        assert pilot.app.focused is focused


@pytest.mark.parametrize("shown", EVERY)
async def test_what_begins_too_small_is_whole_once_there_is_room(shown: Shown, tmp_path: Path) -> None:
    async with staged(shown.make(tmp_path), (50, 12), seen="too small") as (pilot, _):
        await pilot.resize_terminal(80, 24)
        await wait_until(
            pilot,
            lambda: shown.seen in screen_text(pilot.app) and "too small" not in screen_text(pilot.app),
        )


async def test_the_help_is_covered_as_well() -> None:
    async with staged(World().screen(), (80, 24), seen="seed-binary") as (pilot, _):
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: bool(pilot.app.screen.query("HelpPanel")))
        await pilot.resize_terminal(50, 12)
        await wait_until(pilot, lambda: screen_text(pilot.app).split() == SENTENCE)
