"""How often the screen looks: as it is settled at the start, and by its keys from there."""

from __future__ import annotations

from tests import states
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from tui.screens.live import LiveScreen
from tui.screens.live_messages import PeriodChosen


async def test_keys_go_on_from_a_settled_period_between_their_own() -> None:
    screen = LiveScreen(states.cpu_run(), period_s=3.0)
    async with staged(screen, seen="every 3 s") as (pilot, heard):
        await pilot.press("right_square_bracket")
        await wait_until(pilot, lambda: "every 5 s" in screen_text(pilot.app))
        await pilot.press("left_square_bracket")
        await wait_until(pilot, lambda: "every 2 s" in screen_text(pilot.app))
        assert [one.period_s for one in heard.of(PeriodChosen)] == [5.0, 2.0]


async def test_beyond_their_own_a_settled_period_only_comes_nearer() -> None:
    screen = LiveScreen(states.cpu_run(), period_s=60.0)
    async with staged(screen, seen="every 60 s") as (pilot, heard):
        await pilot.press("right_square_bracket", "left_square_bracket")
        await wait_until(pilot, lambda: "every 10 s" in screen_text(pilot.app))
        assert [one.period_s for one in heard.of(PeriodChosen)] == [10.0]
