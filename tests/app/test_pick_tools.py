"""The pick screen as a tool: the command to copy, the order of the lists, pairs that were run before."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.pick_world import World, description, entry, experience, lane_measured
from tests.app.stage import staged
from tests.app.test_pick_edit import back, row, to_sheet
from tests.waiting import screen_text, wait_until
from training.plan import Lane
from training.preset import preset_digest
from training.recent_pairs import RecentPair
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked
from tui.screens.recent_sheet import RecentSheet
from tui.widgets.preset_list import PresetList

SIZES = [(60, 16), (80, 24), (160, 48)]


async def test_the_command_is_shown_as_it_changes_and_y_copies_it() -> None:
    async with staged(
        World().screen(), (100, 30), seen="$ dualtrain-tui run seed-binary seed-regression"
    ) as (
        pilot,
        _,
    ):
        await pilot.press("s")
        await wait_until(pilot, lambda: "--sharing sequential" in row(pilot.app, "$ dualtrain-tui"))
        await to_sheet(pilot, "6", "4")
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "--set a.fit.batch_size=64" in row(pilot.app, "$ dualtrain-tui"))
        await pilot.press("tab", "end", "y")
        await wait_until(pilot, lambda: bool(pilot.app.clipboard))
        assert shlex.split(pilot.app.clipboard) == [
            *("dualtrain-tui", "run", "seed-binary", "wide-mlp"),
            *("--set", "a.fit.batch_size=64", "--sharing", "sequential"),
        ]


@pytest.mark.parametrize("size", SIZES)
async def test_it_is_copied_whole_where_it_is_cut_or_not_shown(size: tuple[int, int]) -> None:
    name = "a-name-that-is-far-too-long-" + "x" * 52
    world = World((entry(name), entry("other")))
    async with staged(world.screen(picks={"a": name, "b": name}), size, seen="1 of 2") as (pilot, _):
        assert ("$ dualtrain-tui" in screen_text(pilot.app)) == (size[1] >= 20)
        assert all(len(line) <= size[0] for line in screen_text(pilot.app).splitlines())
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app.clipboard.count(name) == 2)


async def test_without_a_pair_there_is_no_command() -> None:
    async with staged(World().screen(device="gpu:7"), (100, 30), seen="gpu:7 cannot be used") as (pilot, _):
        assert "$ dualtrain-tui" not in screen_text(pilot.app)
        await pilot.press("y")
        await wait_until(pilot, lambda: "no command to copy" in screen_text(pilot.app))
        assert not pilot.app.clipboard


def names(pilot: Pilot[Any], lane: Lane = "a") -> list[str]:
    """The listed presets from top to bottom."""
    shown = pilot.app.screen.query_one(f"#list-{lane}", PresetList)._shown
    return [one.name for one in shown]


def known_world() -> World:
    """A world that knows sizes, uses and speeds of some presets."""
    world = World()
    cnn, lstm, binary = (world.entries[index].preset for index in (0, 1, 2))
    assert cnn is not None
    assert lstm is not None
    assert binary is not None
    world.kept = {preset_digest(one): description(one, of) for one, of in ((cnn, 900), (lstm, 70_000))}
    world.experience = experience(
        lane_measured(lstm, preset="lstm", at="2026-11-30T09:00:00+00:00", solo_steps_per_s=50.0),
        lane_measured(binary, preset="seed-binary", at="2026-11-28T09:00:00+00:00", solo_steps_per_s=95.0),
        lane_measured(cnn, preset="cnn-small", at="2026-11-30T11:00:00+00:00"),
    )
    world.may_describe.clear()
    return world


@pytest.mark.parametrize("size", SIZES)
async def test_o_goes_through_the_orders_and_what_is_not_known_stands_last(size: tuple[int, int]) -> None:
    world = known_world()
    screen = world.screen()
    by_name = [one.name for one in world.entries]
    async with staged(screen, size, seen="Lane A  by name") as (pilot, _):
        await pilot.press("o")
        await wait_until(pilot, lambda: "Lane B  by size" in screen_text(pilot.app))
        await wait_until(pilot, lambda: names(pilot)[:2] == ["lstm", "cnn-small"])
        assert names(pilot)[2:] == [one for one in by_name if one not in ("lstm", "cnn-small")]
        assert "70 000" in row(pilot.app, "lstm")
        await pilot.press("o")
        await wait_until(pilot, lambda: names(pilot)[:3] == ["cnn-small", "lstm", "seed-binary"])
        assert "by last used" in screen_text(pilot.app)
        assert "3 h ago" in row(pilot.app, "  lstm")
        await pilot.press("o")
        await wait_until(pilot, lambda: names(pilot, "b")[:2] == ["seed-binary", "lstm"])
        assert "50.0/s" in row(pilot.app, "  lstm")
        await pilot.press("o")
        await wait_until(pilot, lambda: names(pilot) == by_name and "by name" in screen_text(pilot.app))
        assert screen.picks == {"a": "seed-binary", "b": "seed-regression"}
        world.may_describe.set()


async def test_what_becomes_known_is_sorted_in_and_the_highlight_stays() -> None:
    world = known_world()
    screen = world.screen()
    async with staged(screen, (100, 30), seen="being computed") as (pilot, _):
        await pilot.press("o")
        await wait_until(pilot, lambda: names(pilot)[:2] == ["lstm", "cnn-small"])
        world.may_describe.set()
        await wait_until(pilot, lambda: names(pilot)[1] == "seed-binary")  # 1 234 parameters
        assert screen.picks["a"] == "seed-binary"


async def test_the_filter_keeps_the_order() -> None:
    async with staged(known_world().screen(), (100, 30), seen="Lane A  by name") as (pilot, _):
        await pilot.press("o", "slash", *"title")
        await wait_until(pilot, lambda: "by size  /title" in screen_text(pilot.app))
        assert names(pilot)[:2] == ["lstm", "cnn-small"]


PAIR = RecentPair(
    {"a": "lstm", "b": "tiny-steps"},
    {"a": ("fit.epochs=2", "fit.seed=5"), "b": ()},
    "together",
    "2026-11-30T09:00:00+00:00",
    "together",
    1.51,
)
GONE = RecentPair({"a": "gone", "b": "lstm"}, {"a": (), "b": ()}, "mps", "2026-11-29T09:00:00+00:00")


async def to_recent(pilot: Pilot[Any], seen: str) -> None:
    await pilot.press("r")
    await wait_until(
        pilot, lambda: isinstance(pilot.app.screen, RecentSheet) and seen in screen_text(pilot.app)
    )


@pytest.mark.parametrize("size", SIZES)
async def test_a_pair_that_was_run_is_taken_with_what_was_set(size: tuple[int, int]) -> None:
    world = World()
    world.recent = (PAIR, GONE)
    screen = world.screen()
    async with staged(screen, size, seen="3 of 6") as (pilot, heard):
        await to_recent(pilot, "lstm* + tiny-steps  together 1.51×  3 h ago")
        await wait_until(pilot, lambda: "gone + lstm  yesterday" in screen_text(pilot.app))
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "A lstm*  +  B tiny-steps" in screen_text(pilot.app))
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        request = heard.of(LaunchAsked)[0].request
        assert request.presets == {"a": "lstm", "b": "tiny-steps"}
        assert request.overrides == ("a.fit.epochs=2", "a.fit.seed=5")


async def test_one_whose_preset_is_gone_is_told_and_changes_nothing() -> None:
    world = World()
    world.recent = (PAIR, GONE)
    screen = world.screen()
    async with staged(screen, seen="3 of 6") as (pilot, _):
        await to_recent(pilot, "gone + lstm")
        await pilot.press("j")
        await back(pilot, "enter")
        await wait_until(pilot, lambda: "gone: not listed here (any more)" in screen_text(pilot.app))
        assert screen.picks == {"a": "seed-binary", "b": "seed-regression"}


async def test_without_runs_there_is_no_pair_and_escape_goes_back() -> None:
    async with staged(World().screen(), seen="3 of 6") as (pilot, _):
        await to_recent(pilot, "No pair was run here yet")
        await pilot.press("enter")
        await back(pilot, "escape")
        assert isinstance(pilot.app.screen, PickScreen)


async def test_runs_that_cannot_be_read_are_told() -> None:
    world = World()
    screen = world.screen()

    def fails() -> tuple[RecentPair, ...]:
        raise OSError("the disk is gone")

    object.__setattr__(screen._sources, "recent", fails)
    async with staged(screen, seen="3 of 6") as (pilot, _):
        await to_recent(pilot, "the runs cannot be read: the disk is gone")
