"""The replay's screen: that of the run, with keys that move the time and none that ask the run anything."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests import contention_states as told
from tests import states
from tests.app.stage import staged
from tests.app.test_live_offers import palette, possible
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunState
from tui.replay_feed import ReplayPlace
from tui.replay_speed import FASTEST, SLOWEST
from tui.screens.confirm import ConfirmScreen
from tui.screens.live_messages import LeaveAsked, PeriodChosen, ReportAsked, SupervisorAsked
from tui.screens.replay import ReplayScreen
from tui.screens.replay_keys import REPLAY_KEYS
from tui.screens.replay_messages import PlayAsked, SeekAsked, SpeedAsked

HALFWAY = ReplayPlace(83.0, 250.0, 4.0)
THE_END = ReplayPlace(250.0, 250.0, 4.0, at_end=True)


def _screen(state: RunState | None = None, place: ReplayPlace = HALFWAY) -> ReplayScreen:
    return ReplayScreen(state or told.cpu(), place)


def _shows(pilot: Pilot[None], text: str) -> bool:
    return text in screen_text(pilot.app)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 50), (160, 48)])
@pytest.mark.parametrize(
    "state",
    [told.cpu, told.probing, told.turns_are_faster, told.one_lane],
    ids=["verdict", "probing", "turns", "one"],
)
async def test_its_line_stands_over_the_keys_at_each_size(
    size: tuple[int, int], state: Callable[[], RunState]
) -> None:
    async with staged(_screen(state()), size, seen="replay 1:23 of 4:10 · 4×") as (pilot, _):
        await wait_until(pilot, lambda: "q Leave" in screen_text(pilot.app).splitlines()[-1])
        rows = screen_text(pilot.app).splitlines()
        assert "replay: running" in rows[0]
        assert rows[-2].strip().startswith("replay 1:23 of 4:10 · 4× · space pauses")
        assert "q Leave" in rows[-1]
        assert all(cell_len(row) <= size[0] for row in rows)
        assert "training" in screen_text(pilot.app)


async def test_where_there_is_no_room_for_anything_there_is_none_for_it() -> None:
    async with staged(_screen(), (40, 10), seen="terminal too small") as (pilot, _):
        assert "replay" not in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("key", "seconds"),
    [
        ("left", -10),
        ("right", 10),
        ("shift+left", -60),
        ("shift+right", 60),
        ("home", -math.inf),
        ("end", math.inf),
    ],
)
@pytest.mark.parametrize("panel", ["1", "3"])
async def test_keys_that_move_the_time(key: str, seconds: float, panel: str) -> None:
    async with staged(_screen(), seen="replay") as (pilot, heard):
        await pilot.press(panel, key)
        await wait_until(pilot, lambda: [one.seconds for one in heard.of(SeekAsked)] == [seconds])


@pytest.mark.parametrize(
    ("keys", "factor"), [(("less_than_sign", "comma"), 0.5), (("greater_than_sign", "full_stop"), 2)]
)
async def test_keys_of_the_speed(keys: tuple[str, ...], factor: float) -> None:
    async with staged(_screen(), seen="replay") as (pilot, heard):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: [one.factor for one in heard.of(SpeedAsked)] == [factor, factor])


@pytest.mark.parametrize(("speed", "factor"), [(SLOWEST, 0.5), (FASTEST, 2)])
async def test_at_a_bound_the_speed_has_no_key(speed: float, factor: float) -> None:
    screen = _screen(place=replace(HALFWAY, speed=speed))
    async with staged(screen, seen="replay"):
        assert screen.check_action("speed", (factor,)) is None
        assert screen.check_action("speed", (1 / factor,)) is True


async def test_space_stands_still_and_plays_and_the_line_says_so() -> None:
    screen = _screen()
    async with staged(screen, seen="space pauses") as (pilot, heard):
        await pilot.press("4", "space")
        await wait_until(pilot, lambda: len(heard.of(PlayAsked)) == 1)
        screen.show_at(told.cpu(), replace(HALFWAY, plays=False))
        await wait_until(pilot, lambda: _shows(pilot, "4× · paused · space plays"))
        assert "held" not in screen_text(pilot.app)


async def test_a_newer_state_is_drawn_with_its_place() -> None:
    screen = _screen(states.cpu_run())
    async with staged(screen, seen="replay") as (pilot, _):
        state = states.with_lane(states.cpu_run(elapsed_s=99.0), "a", loss=0.1111)
        screen.show_at(state, replace(HALFWAY, position_s=99.0))
        await wait_until(pilot, lambda: _shows(pilot, "0.1111") and _shows(pilot, "replay 1:39 of 4:10"))


@pytest.mark.parametrize("state", [told.cpu, told.one_lane, told.turns_are_faster, told.probing])
async def test_nothing_asks_the_run(state: Callable[[], RunState]) -> None:
    screen = _screen(state())
    async with staged(screen, seen="replay") as (pilot, heard):
        assert set(possible(screen).values()) == {False}
        assert screen.check_action("again", ()) is False
        listed = palette(screen)
        assert {"Play/pause", "Back 10 s", "On a minute", "Slower", "Faster", "Beginning", "Log"} <= listed
        assert not {"Pause", "Stop", "Sharing", "Join", "Probe now", "Run again", "Hold", "Report"} & listed
        for hint in ("press s", "with n"):
            assert hint not in screen_text(pilot.app)
        await pilot.press("p", "x", "s", "n", "c", "r", "enter", "right_square_bracket")
        await wait_until(pilot, lambda: len(heard.of(PeriodChosen)) == 1)
        assert not heard.of(SupervisorAsked)
        assert not heard.of(ReportAsked)
        assert pilot.app.screen is screen


async def test_at_the_end_enter_asks_for_the_report() -> None:
    async with staged(_screen(states.cpu_run(phase="ended"), THE_END), seen="the end") as (pilot, heard):
        assert "space plays it again" in screen_text(pilot.app)
        assert "⏎ Report" in screen_text(pilot.app)
        assert "Run again" not in screen_text(pilot.app)
        await pilot.press("r", "enter")
        await wait_until(pilot, lambda: len(heard.of(ReportAsked)) == 1)


@pytest.mark.parametrize("key", ["q", "escape"])
async def test_it_is_left_at_once(key: str) -> None:
    async with staged(_screen(), seen="replay") as (pilot, heard):
        await pilot.press(key)
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["close"])
        assert not isinstance(pilot.app.screen, ConfirmScreen)


async def test_escape_closes_the_help_and_the_zoom_first() -> None:
    screen = _screen()
    async with staged(screen, (160, 48), seen="replay") as (pilot, heard):
        await pilot.press("z", "question_mark")
        await wait_until(pilot, lambda: bool(screen.query("HelpPanel")))
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.query("HelpPanel"))
        assert screen.has_class("-zoom")
        await pilot.press("escape")
        await wait_until(pilot, lambda: not screen.has_class("-zoom"))
        assert not heard.of(LeaveAsked)


async def test_the_footer_has_at_most_eight_keys_and_every_key_says_what_it_does() -> None:
    for state, place in ((told.cpu(), HALFWAY), (states.cpu_run(phase="ended"), THE_END)):
        screen = _screen(state, place)
        async with staged(screen, seen="replay"):
            shown = [active for active in screen.active_bindings.values() if active.binding.show]
            assert len({active.binding.action for active in shown}) <= 8
    assert all(getattr(binding, "description", "") for binding in REPLAY_KEYS)
