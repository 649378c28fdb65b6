"""`w` on the pick screen: an edited preset saved as one of the user's own, and nothing written over unasked."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.pick_world import World, preset
from tests.app.stage import staged
from tests.app.test_pick_edit import back, row, to_sheet
from tests.waiting import screen_text, wait_until
from training.preset import load_preset
from training.preset.saving import save_preset
from training.preset_library import PresetEntry, list_presets, user_folder
from tui.screens.confirm import ConfirmScreen
from tui.screens.name_sheet import NameSheet
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked
from tui.widgets.name_line import NameLine

SIZES = [(60, 16), (80, 24), (160, 48)]


class OwnWorld(World):
    """A world in which the user's own presets are listed as well."""

    def _presets(self) -> tuple[PresetEntry, ...]:
        return (*super()._presets(), *(one for one in list_presets() if one.origin == "user"))


async def named(pilot: Pilot[Any], name: str | None = None, key: str = "w") -> None:
    """Go to the name from wherever, and type one."""
    await pilot.press(key)
    await wait_until(pilot, lambda: isinstance(pilot.app.screen.focused, NameLine))
    if name is not None:
        await pilot.press("ctrl+u", *name)


async def edited(pilot: Pilot[Any]) -> None:
    await to_sheet(pilot, "6", "4")
    await back(pilot, "enter")
    await wait_until(pilot, lambda: "seed-binary*" in screen_text(pilot.app))


@pytest.mark.parametrize("size", SIZES)
async def test_it_is_saved_highlighted_and_launched_by_its_new_name(size: tuple[int, int]) -> None:
    screen = OwnWorld().screen()
    async with staged(screen, size, seen="3 of 6") as (pilot, heard):
        await edited(pilot)
        await named(pilot)
        assert "my-seed-binary" in screen_text(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.picks["a"] == "user:my-seed-binary")
        await wait_until(pilot, lambda: "A my-seed-binary  +" in screen_text(pilot.app))
        saved = load_preset(user_folder() / "my-seed-binary.toml")
        assert saved.fit.batch_size == 64
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        request = heard.of(LaunchAsked)[0].request
        assert (request.presets["a"], request.overrides) == ("user:my-seed-binary", ())


async def test_out_of_the_sheet_it_is_kept_and_saved_at_once() -> None:
    screen = OwnWorld().screen()
    async with staged(screen, (100, 30), seen="3 of 6") as (pilot, _):
        await to_sheet(pilot, "6", "4")
        await named(pilot, "mine")
        await pilot.press("enter")
        await wait_until(pilot, lambda: screen.picks["a"] == "user:mine")
        assert load_preset(user_folder() / "mine.toml").fit.batch_size == 64


async def test_what_cannot_be_is_not_saved_either() -> None:
    async with staged(OwnWorld().screen(), (100, 30), seen="3 of 6") as (pilot, _):
        await to_sheet(pilot, "0", "j", "w")
        await wait_until(pilot, lambda: "▸ batch size" in screen_text(pilot.app))
        assert not user_folder().exists()


async def test_without_an_edit_there_is_nothing_to_save() -> None:
    async with staged(OwnWorld().screen(), (100, 30), seen="3 of 6") as (pilot, _):
        assert "w" not in pilot.app.screen.active_bindings
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PickScreen)
        await edited(pilot)
        await wait_until(pilot, lambda: "w" in pilot.app.screen.active_bindings)
        await pilot.press("j")
        await wait_until(pilot, lambda: "w" not in pilot.app.screen.active_bindings)


@pytest.mark.parametrize("size", SIZES)
async def test_a_name_that_cannot_be_is_told_and_escape_saves_nothing(size: tuple[int, int]) -> None:
    async with staged(OwnWorld().screen(), size, seen="3 of 6") as (pilot, _):
        await edited(pilot)
        await named(pilot, "a b")
        await wait_until(pilot, lambda: "not" in row(pilot.app, "a name has letters"))
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, NameSheet)
        await pilot.press("ctrl+u")
        await wait_until(pilot, lambda: "a preset needs a name" in screen_text(pilot.app))
        await back(pilot, "escape")
        assert not user_folder().exists()
        assert "seed-binary*" in screen_text(pilot.app)


async def taken(pilot: Pilot[Any]) -> None:
    """Save under the name of another, as far as the question."""
    await edited(pilot)
    await named(pilot, "mine")
    await pilot.press("enter")
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
    assert "You have a preset mine already" in screen_text(pilot.app)


async def test_one_of_that_name_is_kept_unless_one_says_so() -> None:
    path = save_preset(preset("The old one"), user_folder(), "mine")
    screen = OwnWorld().screen()
    async with staged(screen, (100, 30), seen="3 of 7") as (pilot, _):
        await taken(pilot)
        await back(pilot, "escape")
        assert load_preset(path).title == "The old one"
        await named(pilot, "mine")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("n")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen.focused, NameLine))
        await pilot.press("ctrl+u", *"other", "enter")
        await wait_until(pilot, lambda: screen.picks["a"] == "user:other")
        assert load_preset(path).title == "The old one"


async def test_it_is_written_over_where_one_says_so() -> None:
    path = save_preset(preset("The old one"), user_folder(), "mine")
    screen = OwnWorld().screen()
    async with staged(screen, (100, 30), seen="3 of 7") as (pilot, _):
        await taken(pilot)
        await pilot.press("y")
        await wait_until(pilot, lambda: screen.picks["a"] == "user:mine")
        assert load_preset(path).fit.batch_size == 64
        assert "seed-binary*" not in screen_text(pilot.app)


async def test_a_disk_that_takes_nothing_is_told_and_the_edit_stays() -> None:
    user_folder().parent.mkdir(parents=True)
    user_folder().write_text("a file in its place")
    async with staged(OwnWorld().screen(), (160, 48), seen="3 of 6") as (pilot, heard):
        await edited(pilot)
        await named(pilot, "mine")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "not saved: " in screen_text(pilot.app))
        assert "seed-binary*" in screen_text(pilot.app)
        assert not heard.of(LaunchAsked)
