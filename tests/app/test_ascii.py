"""With `--ascii` nothing else stands on any screen, whoever drew it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tests import states
from tests.app.every_screen import SCREENS, Shown
from tests.app.stage import Stage, staged
from tests.waiting import screen_text, wait_until
from tui.app import DualtrainApp
from tui.look import Look
from tui.screens.live import LiveScreen

ASCII = Look(ascii=True)


def others(app: App[Any]) -> set[str]:
    """Every sign on the screen that is none of ASCII."""
    return {sign for sign in screen_text(app) if not sign.isascii()}


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_every_cell_is_ascii(shown: Shown, size: tuple[int, int], tmp_path: Path) -> None:
    async with staged(shown.make(tmp_path), size, seen=shown.seen, look=ASCII) as (pilot, _):
        for key in (None, *shown.more):
            if key is not None:
                await pilot.press(key)
                await pilot.pause()
            assert others(pilot.app) == set(), f"after {key}:\n{screen_text(pilot.app)}"


async def test_help_palette_and_notes_are_too() -> None:
    async with staged(LiveScreen(states.cpu_run()), (160, 48), seen="training", look=ASCII) as (pilot, _):
        pilot.app.notify("Größe — ✓", title="→ 日本", markup=False)
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: "Help" in screen_text(pilot.app))
        await pilot.pause()
        assert others(pilot.app) == set(), screen_text(pilot.app)
        await pilot.press("escape")
    app = DualtrainApp(look=ASCII)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: bool(app.screen.query("PresetList")))
        await pilot.press("colon")
        await wait_until(
            pilot, lambda: "Sharing" in screen_text(app) and app.screen.id == "--command-palette"
        )
        assert others(app) == set(), screen_text(app)


async def test_too_small_is_too() -> None:
    async with staged(LiveScreen(states.cpu_run()), (50, 10), seen="terminal too small", look=ASCII) as (
        pilot,
        _,
    ):
        assert "60 x 16" in screen_text(pilot.app)
        assert others(pilot.app) == set()


async def test_the_signs_that_tell_things_apart_are_other_ones() -> None:
    async with staged(LiveScreen(states.cpu_run()), (160, 48), seen="training", look=ASCII) as (pilot, _):
        text = screen_text(pilot.app)
        assert "** A" in text
        assert "++ B" in text
        assert "# ** A" in text
        assert "% ++ B" in text


async def test_keys_are_named_where_they_have_a_sign() -> None:
    ended = states.cpu_run(phase="ended")
    for look, key in ((ASCII, "enter Report"), (Look(), "⏎ Report")):
        async with staged(LiveScreen(ended), (160, 48), seen=key, look=look):
            pass


async def test_without_it_nothing_is_replaced() -> None:
    app = Stage(LiveScreen(states.cpu_run()))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: "training" in screen_text(app))
        assert {"─", "│", "·"} <= others(app)
