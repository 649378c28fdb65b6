"""A script of one's own on the pick screen: typed behind `/`, taken as any preset, told of as what it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from tests.app.pick_world import World
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.launch import LaunchRequest
from training.recent_pairs import RecentPair
from tui.screens.edit_sheet import EditSheet
from tui.screens.name_sheet import NameSheet
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked
from tui.widgets.preset_list import PresetList

TYPED = "./train.py --lr 0.1"
READ = "3 of 6"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a script."""
    (tmp_path / "train.py").write_text("print(1)\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def picked(pilot: Pilot[Any], lane: str) -> str | None:
    found = pilot.app.screen.query_one(f"#list-{lane}", PresetList).picked
    return None if found is None else found.reference


async def type_behind_slash(pilot: Pilot[Any], text: str, lane: str = "a") -> None:
    await pilot.press("slash")
    presets = pilot.app.screen.query_one(f"#list-{lane}", PresetList)
    await wait_until(pilot, lambda: presets.is_filtering)
    presets.post_message(events.Paste(text))
    await wait_until(pilot, lambda: text in screen_text(pilot.app) or picked(pilot, lane) == text)


async def test_a_path_that_is_typed_is_taken_and_launched() -> None:
    async with staged(World().screen(), seen=READ) as (pilot, heard):
        await type_behind_slash(pilot, TYPED)
        await wait_until(pilot, lambda: picked(pilot, "a") == TYPED)
        assert "model, data and length are its own" in screen_text(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: getattr(pilot.app.screen.focused, "id", None) == "list-b")
        assert picked(pilot, "a") == TYPED
        assert "dualtrain-tui run './train.py --lr 0.1' seed-regression" in screen_text(pilot.app)
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert [one.request for one in heard.of(LaunchAsked)] == [
            LaunchRequest({"a": TYPED, "b": "seed-regression"})
        ]


async def test_escape_leaves_all_as_it_was() -> None:
    async with staged(World().screen(), seen=READ) as (pilot, _):
        await type_behind_slash(pilot, TYPED)
        await wait_until(pilot, lambda: picked(pilot, "a") == TYPED)
        await pilot.press("escape")
        await wait_until(pilot, lambda: picked(pilot, "a") == "seed-binary")


async def test_a_path_of_no_script_holds_nothing() -> None:
    async with staged(World().screen(), seen=READ) as (pilot, _):
        await type_behind_slash(pilot, "./nowhere.py")
        await wait_until(pilot, lambda: picked(pilot, "a") is None)
        await wait_until(pilot, lambda: "Nothing holds" in screen_text(pilot.app))


async def test_nobody_asks_keras_about_it_and_it_can_be_saved() -> None:
    world = World()
    async with staged(world.screen(), seen=READ) as (pilot, _):
        await type_behind_slash(pilot, TYPED)
        await pilot.press("enter")
        await pilot.press("left")
        await wait_until(pilot, lambda: getattr(pilot.app.screen.focused, "id", None) == "list-a")
        assert "train.py" not in world.described
        await pilot.press("w")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, NameSheet))
        assert "my-train.py" in screen_text(pilot.app)


async def test_its_arguments_and_variables_are_typed_anew_as_in_a_shell() -> None:
    async with staged(World().screen(), (100, 30), seen=READ) as (pilot, heard):
        await type_behind_slash(pilot, TYPED)
        await pilot.press("enter", "left")
        await wait_until(pilot, lambda: getattr(pilot.app.screen.focused, "id", None) == "list-a")
        await pilot.press("e")
        await wait_until(pilot, lambda: "arguments" in screen_text(pilot.app))
        assert "--lr 0.1▏" in screen_text(pilot.app)
        assert "Model, data and length are the script's own" in screen_text(pilot.app)
        await pilot.press("space", "apostrophe", "w", "space", "r", "apostrophe")
        await wait_until(pilot, lambda: "--lr 0.1 'w r'" in screen_text(pilot.app))
        await pilot.press("tab", "A", "enter")
        await wait_until(pilot, lambda: 'found "A"; allowed: NAME=VALUE for each' in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, EditSheet)
        await pilot.press("equals_sign", "1", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await wait_until(pilot, lambda: "./train.py --lr 0.1 'w r'" in screen_text(pilot.app))
        await pilot.press("e")
        await wait_until(pilot, lambda: "--lr 0.1 'w r'▏" in screen_text(pilot.app))
        await pilot.press("escape", "enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request == LaunchRequest(
            {"a": TYPED, "b": "seed-regression"},
            overrides=('a.script.args=["--lr", "0.1", "w r"]', 'a.script.env={A = "1"}'),
        )


async def test_a_pair_with_a_script_is_taken_again(here: Path) -> None:
    world = World()
    reference = f"{here}/train.py 3"
    world.recent = (
        RecentPair(
            {"a": reference, "b": "lstm"}, {"a": (), "b": ()}, "together", "2026-11-29T12:00:00+00:00"
        ),
    )
    async with staged(world.screen(), seen=READ) as (pilot, _):
        await pilot.press("r")
        await wait_until(pilot, lambda: "train.py" in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: picked(pilot, "a") == reference)
        assert picked(pilot, "b") == "lstm"
