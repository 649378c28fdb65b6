"""Contention on the live screen: where it stands, at each size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from tests import contention_states as told
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunState
from tui.screens.live import LiveScreen


def _stands(pilot: Pilot[None], text: str) -> bool:
    return text in screen_text(pilot.app)


@pytest.mark.parametrize(
    ("size", "lines"),
    [
        ((60, 16), ["CPU together is faster: 1.51× (1.44–1.58)  A 1.31× B 1.58×", "╭─ ▸ A"]),
        (
            (80, 24),
            [
                "CPU · A 1.31× slower · B 1.58× · STP 1.40 · saves 6:07 to the end",
                "together is faster: 1.51× (1.44–1.58), 5 blocks of this run · threads matter",
                "╭─ ▸ A",
            ],
        ),
        (
            (160, 48),
            [
                "CPU · A 1.31× slower · B 1.58× · STP 1.40 (1.35–1.45) · speed-up 1.51× (1.44–1.58) · saves",
                "together is faster: 1.51× (1.44–1.58), 5 blocks of this run · threads matter",
                "probing took 3.2 s · ANTT 1.45 · fairness 0.83 · 95 % t intervals over blocks",
                "on a CPU thread settings are part of this: models that each scale badly over the cores",
                "╭─ ▸ A",
            ],
        ),
    ],
)
async def test_the_strip_stands_between_header_and_lanes(size: tuple[int, int], lines: list[str]) -> None:
    async with staged(LiveScreen(told.cpu()), size, seen="together is faster") as (pilot, _):
        rows = screen_text(pilot.app).splitlines()
        for row, wanted in zip(rows[1:], lines, strict=False):
            assert row.strip().startswith(wanted)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 50), (160, 48)])
@pytest.mark.parametrize(
    "state",
    [told.cpu, told.probing, told.turns_are_faster, told.in_turns, told.one_lane],
    ids=["verdict", "probing", "turns", "adaptive", "one lane"],
)
async def test_every_line_fits_and_the_panel_is_reached(
    size: tuple[int, int], state: Callable[[], RunState]
) -> None:
    async with staged(LiveScreen(state()), size, seen="training") as (pilot, _):
        await pilot.press("6")
        await wait_until(pilot, lambda: "─ contention · " in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert all(cell_len(line) <= size[0] for line in text.splitlines())
        assert "q Leave" in text


async def test_at_the_largest_size_the_contention_stands_beside_all_others() -> None:
    async with staged(LiveScreen(told.cpu()), (160, 48), seen="─ contention · CPU") as (pilot, _):
        text = screen_text(pilot.app)
        assert all(name in text for name in ("─ loss", "─ memory", "─ utilisation", "─ device", "─ events"))


async def test_probes_are_marked_on_every_time_axis() -> None:
    legend = "▲ A △ B timed alone"
    async with staged(LiveScreen(told.cpu()), (80, 24), seen="training") as (pilot, _):
        for key in ("1", "2", "3", "6"):
            await pilot.press(key)
            await wait_until(pilot, partial(_stands, pilot, legend))
            text = screen_text(pilot.app)
            assert sum(row.count("▲") + row.count("△") for row in text.splitlines() if legend not in row) >= 5
        await pilot.press("1", "t")
        await wait_until(pilot, partial(_stands, pilot, "by step"))
        assert "▲" not in screen_text(pilot.app)  # against steps there is no time


async def test_a_lane_that_stands_still_says_for_whom() -> None:
    screen = LiveScreen(told.probing("a"))
    async with staged(screen, seen="stands still: probe of A") as (pilot, _):
        assert "held while paused" in screen_text(pilot.app)
        screen.show(told.in_turns())
        await wait_until(pilot, lambda: "waits for its turn" in screen_text(pilot.app))
        asked = replace(told.in_turns().contention, held={"b": ("asked", "turn")})
        screen.show(replace(told.in_turns(), contention=asked))
        await wait_until(pilot, lambda: "ETA stands" in screen_text(pilot.app))


async def test_a_lane_that_joins_appears() -> None:
    screen = LiveScreen(told.one_lane())
    async with staged(screen, seen="No second lane yet: n joins another") as (pilot, _):
        await pilot.press("b", "6")
        await wait_until(pilot, lambda: "One lane has the device to itself" in screen_text(pilot.app))
        assert "▸ A" in screen_text(pilot.app)
        screen.show(told.cpu())
        await wait_until(pilot, lambda: "B  Small regression" in screen_text(pilot.app))
        await pilot.press("b")
        assert screen.chosen_lane == "b"


async def test_the_header_says_what_adaptive_has_chosen() -> None:
    async with staged(LiveScreen(told.in_turns()), seen="adaptive, in turns now"):
        pass
    async with staged(LiveScreen(told.turns_are_faster(sharing="adaptive")), seen="adaptive, together now"):
        pass
