"""`e` on the pick screen: settings typed anew for one launch, told why where they cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot

from tests.app.pick_world import World, broken, experience, lane_measured
from tests.app.stage import staged
from tests.app.test_pick_forecast import forecast_lines, measured
from tests.waiting import screen_text, wait_until
from training.launch import LaunchRequest
from training.preset import apply_overrides
from training.record.measurement_records import Measurement
from tui.screens.edit_sheet import EditSheet
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked
from tui.widgets.edit_fields import EditFields

SIZES = [(60, 16), (80, 24), (160, 48)]
EPOCHS, PRECISION, MEMORY = ["j"], ["j", "j", "j"], ["k"]


async def to_sheet(pilot: Pilot[Any], *typed: str) -> None:
    await pilot.press("e")
    await wait_until(
        pilot,
        lambda: isinstance(pilot.app.screen.focused, EditFields) and "batch size" in screen_text(pilot.app),
    )
    await pilot.press(*typed)


async def back(pilot: Pilot[Any], key: str) -> None:
    await pilot.press(key)
    await wait_until(
        pilot, lambda: isinstance(pilot.app.screen, PickScreen) and "Lane A" in screen_text(pilot.app)
    )


def row(app: App[Any], text: str) -> str:
    """The first line of the screen that holds a text."""
    return next((line for line in screen_text(app).splitlines() if text in line), "")


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_typed_is_kept_shown_and_launched(size: tuple[int, int]) -> None:
    world = World()
    async with staged(world.screen(), size, seen="3 of 6") as (pilot, heard):
        await to_sheet(pilot, "6", "4", *EPOCHS, "backspace", "8")
        await wait_until(pilot, lambda: "64" in row(pilot.app, "batch size"))
        assert "preset: 32" in row(pilot.app, "batch size")
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "A seed-binary*" in screen_text(pilot.app))
        assert "edited      fit.batch_size=64, fit.epochs=8" in screen_text(pilot.app)
        assert "edited" in row(pilot.app, "▸ seed-binary")
        assert "B seed-regression*" not in screen_text(pilot.app)
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request == LaunchRequest(
            {"a": "seed-binary", "b": "seed-regression"},
            overrides=("a.fit.batch_size=64", "a.fit.epochs=8"),
        )


@pytest.mark.parametrize("size", SIZES)
async def test_what_cannot_be_is_told_under_its_field_and_not_kept(size: tuple[int, int]) -> None:
    async with staged(World().screen(), size, seen="3 of 6") as (pilot, _):
        await to_sheet(pilot, "0", *EPOCHS)
        told = "found 0; allowed: a whole number from 1 to 1048576"
        await wait_until(pilot, lambda: told in screen_text(pilot.app))
        lines = screen_text(pilot.app).splitlines()
        under = next(index for index, line in enumerate(lines) if told in line)
        assert "batch size" in lines[under - 1]
        await pilot.press("enter")
        await wait_until(pilot, lambda: "▸ batch size" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, EditSheet)
        await pilot.press("backspace", "7")
        await wait_until(pilot, lambda: told not in screen_text(pilot.app))
        await back(pilot, "ctrl+s")
        await wait_until(pilot, lambda: "fit.batch_size=7" in screen_text(pilot.app))


async def test_choices_are_gone_through_and_a_cap_is_typed() -> None:
    async with staged(World().screen(), (100, 30), seen="3 of 6") as (pilot, _):
        await to_sheet(pilot, *PRECISION, "space", "right", "left")
        await wait_until(pilot, lambda: "mixed_float16" in row(pilot.app, "precision"))
        await pilot.press("up", "up", "up", *MEMORY, "5", "1", "2")
        await wait_until(pilot, lambda: "512" in row(pilot.app, "memory"))
        # the letters of the one word there are no keys
        await pilot.press("g", "r", "o", "w", "t", "h")
        await wait_until(pilot, lambda: "growth" in row(pilot.app, "memory"))
        assert isinstance(pilot.app.screen, EditSheet)
        await pilot.press("space")
        await wait_until(pilot, lambda: "1024" in row(pilot.app, "memory"))
        await back(pilot, "enter")
        told = "device.precision=mixed_float16, device.memory=1024"
        await wait_until(pilot, lambda: told in screen_text(pilot.app))


async def test_escape_drops_what_was_typed_and_r_takes_all_back() -> None:
    async with staged(World().screen(), (100, 30), seen="3 of 6") as (pilot, _):
        await to_sheet(pilot, "6", "4")
        await back(pilot, "escape")
        assert "seed-binary*" not in screen_text(pilot.app)
        await to_sheet(pilot, "6", "4")
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "seed-binary*" in screen_text(pilot.app))
        await to_sheet(pilot, "9")
        await back(pilot, "escape")
        assert "fit.batch_size=64" in screen_text(pilot.app)
        await to_sheet(pilot, "r")
        await wait_until(pilot, lambda: "32" in row(pilot.app, "batch size"))
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "seed-binary*" not in screen_text(pilot.app))


async def test_an_edit_is_its_lanes_and_presets_alone_and_waits_for_the_highlight() -> None:
    screen = World().screen()
    async with staged(screen, (100, 30), seen="3 of 6") as (pilot, _):
        await pilot.press("tab")
        await to_sheet(pilot, "8")
        assert "lane B" in screen_text(pilot.app)
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "B seed-regression*" in screen_text(pilot.app))
        await pilot.press("k", "h", "j")
        await wait_until(pilot, lambda: screen.picks == {"a": "seed-regression", "b": "seed-binary"})
        assert "*" not in row(pilot.app, "Launch")
        await pilot.press("l", "j")
        await wait_until(pilot, lambda: "A seed-regression  +  B seed-regression*" in screen_text(pilot.app))


async def test_the_filter_finds_what_is_edited() -> None:
    async with staged(World().screen(), (100, 30), seen="3 of 6") as (pilot, _):
        await to_sheet(pilot, "8")
        await back(pilot, "enter")
        await pilot.press("slash", *"edited")
        await wait_until(pilot, lambda: "1 of 6" in screen_text(pilot.app))


async def test_forecast_description_and_checks_are_of_what_is_edited() -> None:
    world = World()
    one, _ = measured(world)
    edited = apply_overrides(one, ["fit.batch_size=64"])
    known = world.experience.measured
    told: list[Measurement] = [run for runs in known.lanes.values() for run in runs]
    told += [pair for pairs in known.pairs.values() for pair in pairs]
    screen = world.screen()
    async with staged(screen, (100, 30), seen="together 21 min") as (pilot, _):
        await to_sheet(pilot, "6", "4")
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "not measured yet" in forecast_lines(pilot.app))
        await wait_until(pilot, lambda: world.checked[-1].overrides == ("a.fit.batch_size=64",))
        await wait_until(pilot, lambda: "1 234 in 3 layers" in screen_text(pilot.app))
        assert "batch 64" in screen_text(pilot.app)
        # once that has been run as well it is told of
        world.experience = experience(*told, lane_measured(edited, run="r2", steps_per_s=77.0))
        await to_sheet(pilot)
        await back(pilot, "escape")
        await wait_until(pilot, lambda: "77.0 steps/s" in screen_text(pilot.app))
        await to_sheet(pilot, "r")
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "together 21 min" in forecast_lines(pilot.app))


async def test_what_cannot_be_used_cannot_be_edited() -> None:
    world = World((broken(), *World().entries))
    async with staged(world.screen(), seen="cannot be used") as (pilot, _):
        await pilot.press("home", "e")
        await wait_until(pilot, lambda: "lane A: broken cannot be used" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, PickScreen)


async def test_before_the_presets_are_read_there_is_nothing_to_edit_or_sort() -> None:
    world = World()
    world.may_read.clear()
    async with staged(world.screen(), seen="Reading the presets") as (pilot, _):
        await pilot.press("e", "o", "w")
        await pilot.pause()
        assert "Reading the presets" in screen_text(pilot.app)
        world.may_read.set()
        await wait_until(pilot, lambda: "of 6" in screen_text(pilot.app))


async def test_pasted_text_is_judged_as_it_comes() -> None:
    async with staged(World().screen(), (100, 30), seen="3 of 6") as (pilot, _):
        await to_sheet(pilot)
        focused = pilot.app.screen.focused
        assert focused is not None
        focused.post_message(Paste("1,000\nmore\x1b[31m"))
        await wait_until(pilot, lambda: 'found "1,000"; allowed: a whole number' in screen_text(pilot.app))
