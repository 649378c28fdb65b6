"""Every screen in every theme; the terminal's palette is all that `terminal` sends, and NO_COLOR leaves none of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorType
from rich.style import Style
from textual.app import App

from tests import states
from tests.app.every_screen import SCREENS, Shown
from tests.app.pick_world import World
from tests.app.stage import Stage, staged
from tests.waiting import screen_text, wait_until
from tui.look import Look
from tui.screens.confirm import Choice, ConfirmScreen
from tui.screens.live import LiveScreen

TERMINAL = Look(theme="terminal")


def styles(app: App[Any]) -> Iterator[tuple[str, Style]]:
    """Every piece of the screen that holds something, with how it is written."""
    for strip in app.screen._compositor.render_strips():
        for segment in strip:
            if segment.style is not None:
                yield segment.text, segment.style


def kinds(app: App[Any]) -> set[ColorType]:
    """Which kinds of colour are on the screen."""
    colours = (colour for _, style in styles(app) for colour in (style.color, style.bgcolor))
    return {colour.type for colour in colours if colour is not None}


@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_the_terminals_theme_sends_its_sixteen_colours_alone(shown: Shown, tmp_path: Path) -> None:
    async with staged(shown.make(tmp_path), (160, 48), seen=shown.seen, look=TERMINAL) as (pilot, _):
        for key in (None, *shown.more):
            if key is not None:
                await pilot.press(key)
                await pilot.pause()
            assert kinds(pilot.app) <= {ColorType.DEFAULT, ColorType.STANDARD}, key


@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_without_colours_none_is_sent(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(shown.make(tmp_path), (80, 24), seen=shown.seen, look=TERMINAL) as (pilot, _):
        assert kinds(pilot.app) <= {ColorType.DEFAULT}


@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_the_light_theme_draws_the_same_words(shown: Shown, tmp_path: Path) -> None:
    async with staged(
        shown.make(tmp_path), (80, 24), seen=shown.seen, look=Look(theme="dualtrain-light")
    ) as (
        pilot,
        _,
    ):
        assert ColorType.STANDARD not in kinds(pilot.app)


def _column_of(text: str, sign: str) -> int:
    return max(line.find(sign) for line in text.splitlines())


async def test_without_colours_what_has_the_focus_and_what_is_chosen_stand_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with staged(World().screen(), (80, 24), seen="▸ seed-binary", look=TERMINAL) as (pilot, _):
        assert screen_text(pilot.app).count("┏") == 1  # of two lists one has the keys
        reversed_texts = [text for text, style in styles(pilot.app) if style.reverse]
        assert any("seed-binary" in text for text in reversed_texts)
        await pilot.press("tab")
        await wait_until(pilot, lambda: _column_of(screen_text(pilot.app), "┏") > 20)
    choices = [Choice("y", "y", "Stop it"), Choice("n", "n", "Let it train")]
    async with staged(ConfirmScreen("Stop?", choices), (80, 24), seen="Stop it", look=TERMINAL) as (pilot, _):
        assert any("Stop it" in text for text, style in styles(pilot.app) if style.underline)


async def test_without_colours_the_lanes_are_told_apart_by_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, (160, 48), seen="training", look=TERMINAL) as (pilot, _):
        for sample in ("━━ A", "╍╍ B", "█ ━━ A", "▓ ╍╍ B", "▒ ·· others"):
            assert sample in screen_text(pilot.app)


async def test_what_is_muted_is_dim_where_there_is_no_grey() -> None:
    app = Stage(LiveScreen(states.cpu_run()), TERMINAL)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: "linear axis" in screen_text(app))
        assert any("memory" in text and style.dim for text, style in styles(app))
