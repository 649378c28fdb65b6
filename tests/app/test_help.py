"""Help beside a screen, and away with it again: the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual.screen import Screen

from tests import states
from tests.app.pick_world import World
from tests.app.stage import staged
from tests.app.test_report_screen import DONE, FOLDER, report
from tests.waiting import screen_text, wait_until
from tui.screens.live import LiveScreen
from tui.screens.live_messages import CurvesAsked, LeaveAsked
from tui.screens.report import ReportScreen
from tui.screens.runs_messages import BackAsked

SCREENS: dict[str, Callable[[], Screen[Any]]] = {
    "pick": lambda: World().screen(),
    "live": lambda: LiveScreen(states.cpu_run(phase="ended")),
    "report": lambda: ReportScreen(report(a=DONE, b=DONE), FOLDER),
}


@pytest.mark.parametrize("name", SCREENS)
async def test_escape_takes_the_help_away_before_anything_else(name: str) -> None:
    screen = SCREENS[name]()
    async with staged(screen, (120, 36)) as (pilot, heard):
        await pilot.press("f1")
        await wait_until(pilot, lambda: bool(screen.query("HelpPanel")))
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.query("HelpPanel"))
        assert not heard.of(LeaveAsked)
        assert not heard.of(CurvesAsked)
        assert not heard.of(BackAsked)
        await pilot.press("escape")
        if name != "pick":
            await wait_until(pilot, lambda: bool(heard.of(BackAsked) or heard.of(CurvesAsked)))


async def test_escape_takes_the_help_away_before_it_ends_a_filter() -> None:
    screen = World().screen()
    async with staged(screen, (120, 36), seen="3 of 6") as (pilot, _):
        await pilot.press("slash", "t", "i", "n", "f1")
        await wait_until(pilot, lambda: bool(screen.query("HelpPanel")))
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.query("HelpPanel"))
        assert "/tin" in screen_text(pilot.app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: "/tin" not in screen_text(pilot.app))
