"""The live screen at every size people have."""

from __future__ import annotations

from functools import partial

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests import states
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from tui.screens.live import LiveScreen
from tui.screens.live_messages import PauseAsked, StopAsked


def _stands(pilot: Pilot[None], text: str) -> bool:
    return text in screen_text(pilot.app)


TABS = "1 loss   2 memory   3 utilisation   4 events   5 device   6 contention"


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (100, 50), (140, 24), (160, 48), (200, 60)])
async def test_every_line_fits_and_nothing_is_missing(size: tuple[int, int]) -> None:
    async with staged(LiveScreen(states.cpu_run()), size, seen="training") as (pilot, _):
        text = screen_text(pilot.app)
        assert all(cell_len(line) <= size[0] for line in text.splitlines())
        for wanted in ("A  Small", "B  Small", "training", "0.2134", "loss", "running", "q Leave"):
            assert wanted in text


async def test_at_80_columns_one_panel_at_a_time_is_reached_by_number_and_tab() -> None:
    async with staged(LiveScreen(states.cpu_run()), (80, 24), seen=TABS) as (pilot, _):
        assert "linear axis · by time" in screen_text(pilot.app)
        for key, wanted in (
            ("2", "memory · RSS per process (host)"),
            ("3", "CPU, percent of 2 cores"),
            ("4", "warm after"),
            ("5", "device · the machine (host)"),
            ("6", "contention · CPU"),
        ):
            await pilot.press(key)
            await wait_until(pilot, partial(_stands, pilot, wanted))
            assert "linear axis" not in screen_text(pilot.app)
        await pilot.press("tab")
        await wait_until(pilot, lambda: "linear axis" in screen_text(pilot.app))
        await pilot.press("shift+tab", "shift+tab", "shift+tab")
        await wait_until(pilot, lambda: "warm after" in screen_text(pilot.app))


@pytest.mark.parametrize("size", [(140, 24), (160, 48), (100, 50)])
async def test_where_there_is_room_everything_stands_at_once(size: tuple[int, int]) -> None:
    async with staged(LiveScreen(states.cpu_run()), size, seen="training") as (pilot, _):
        text = screen_text(pilot.app)
        for wanted in ("linear axis", "RSS per process (host)", "percent of 2 cores", "step times doubled"):
            assert wanted in text
        assert TABS not in text


@pytest.mark.parametrize("size", [(59, 16), (60, 15), (20, 5), (1, 1)])
async def test_too_small_is_a_sentence(size: tuple[int, int]) -> None:
    async with staged(LiveScreen(states.cpu_run()), size) as (pilot, _):
        assert "training" not in screen_text(pilot.app)
        if size[0] > 50:
            assert "terminal too small" in screen_text(pilot.app)
        await pilot.resize_terminal(80, 24)
        await wait_until(
            pilot, lambda: "training" in screen_text(pilot.app) and "━━━" in screen_text(pilot.app)
        )


async def test_where_nothing_is_seen_no_key_does_anything_but_leave() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("x")
        await wait_until(pilot, lambda: "Stop lane A" in screen_text(pilot.app))
        await pilot.resize_terminal(50, 14)
        await wait_until(pilot, lambda: "ctrl+q leaves" in screen_text(pilot.app))
        await pilot.press("y", "j", "enter", "p")
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: "Stop lane A" in screen_text(pilot.app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert not heard.of(StopAsked)
        assert not heard.of(PauseAsked)


async def test_zoom_shows_a_panel_alone_and_gives_it_back() -> None:
    async with staged(LiveScreen(states.cpu_run()), (80, 24), seen=TABS) as (pilot, _):
        await pilot.press("2", "z")
        await wait_until(pilot, lambda: "A  Small" not in screen_text(pilot.app))
        assert "unattributed" in screen_text(pilot.app)
        await pilot.press("1")
        await wait_until(pilot, lambda: "linear axis" in screen_text(pilot.app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: "A  Small" in screen_text(pilot.app))


async def test_resizing_through_all_layouts_ends_clean() -> None:
    async with staged(LiveScreen(states.cpu_run()), (80, 24), seen=TABS) as (pilot, _):
        for size in ((160, 48), (60, 16), (30, 8), (100, 50), (80, 24)):
            await pilot.resize_terminal(*size)
        await wait_until(
            pilot, lambda: TABS in screen_text(pilot.app) and "linear axis" in screen_text(pilot.app)
        )


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
@pytest.mark.parametrize(
    ("key", "samples"),
    [("2", ("█ ━━ A", "▓ ╍╍ B", "▒ ·· others")), ("3", ("━━ A ", "╍╍ B ", "·· device"))],
)
async def test_beside_a_chart_stands_which_line_is_whose(
    size: tuple[int, int], key: str, samples: tuple[str, ...]
) -> None:
    async with staged(LiveScreen(states.cpu_run()), size, seen="training") as (pilot, _):
        await pilot.press(key)
        for sample in samples:
            await wait_until(pilot, partial(_stands, pilot, sample))
