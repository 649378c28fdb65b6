"""What the pick screen tells of a preset, when it comes to know it, and at which sizes."""

from __future__ import annotations

import pytest

from tests.app.pick_world import TWO_GPUS, World, description, entry, experience, lane_measured
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.preset import preset_digest
from training.preset_library import PresetEntry
from tui.screens.pick_messages import LaunchAsked


async def test_parameters_are_computed_once_the_highlight_rests() -> None:
    world = World()
    world.may_describe.clear()
    async with staged(world.screen(), seen="being computed") as (pilot, _):
        world.may_describe.set()
        await wait_until(pilot, lambda: "1 234 (4.82 KiB)" in screen_text(pilot.app))
        assert world.described[0] == "seed-binary"


async def test_one_at_a_time_and_the_newest_highlight_next() -> None:
    world = World()
    world.may_describe.clear()
    async with staged(world.screen(), seen="being computed") as (pilot, _):
        await pilot.press("up", "up", "down")
        await wait_until(pilot, lambda: "not computed yet" in screen_text(pilot.app))
        assert world.described == ["seed-binary"]
        world.may_describe.set()
        await wait_until(pilot, lambda: "1 234" in screen_text(pilot.app))
        assert world.described[:2] == ["seed-binary", "lstm"]


async def test_the_other_lanes_parameters_come_next_where_its_memory_was_not_measured() -> None:
    world = World()
    async with staged(world.screen(), seen="1 234") as (pilot, _):
        await wait_until(pilot, lambda: world.described == ["seed-binary", "seed-regression"])
    world = World()
    other = world.entries[3].preset
    assert other is not None
    world.experience = experience(lane_measured(other))
    async with staged(world.screen(), seen="≈0.5 + 0.3 of 8.0 GiB") as (pilot, _):
        assert world.described == ["seed-binary"]


async def test_a_kept_description_is_not_asked_again() -> None:
    world = World()
    for one in world.entries:
        assert one.preset is not None
        world.kept[preset_digest(one.preset)] = description(one.preset, 99)
    async with staged(world.screen(), seen="99 (396 B)") as (pilot, _):
        await pilot.press("tab", "end")
        await wait_until(pilot, lambda: "Title of wide-mlp" in screen_text(pilot.app))
        assert "99 (396 B)" in screen_text(pilot.app)
        assert world.described == []


async def test_a_launch_ends_the_describing() -> None:
    world = World()
    world.may_describe.clear()
    async with staged(world.screen(), seen="being computed") as (pilot, heard):
        await pilot.press("tab", "tab", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)) and world.cancelled == ["seed-binary"])


async def test_leaving_does_not_wait_for_a_description() -> None:
    world = World()
    world.may_describe.clear()
    async with staged(world.screen(), seen="being computed") as (pilot, _):
        await pilot.press("q")
        await wait_until(pilot, lambda: not pilot.app.is_running)
    assert world.cancelled == ["seed-binary"]


async def test_leaving_does_not_wait_for_a_disk() -> None:
    world = World()
    world.may_read.clear()
    async with staged(world.screen(), seen="Reading the presets") as (pilot, _):
        await pilot.press("q")
        await wait_until(pilot, lambda: not pilot.app.is_running, timeout_s=5)
    world.may_read.set()


async def test_memory_and_time_come_from_earlier_runs_on_this_device() -> None:
    world = World(listing=TWO_GPUS)
    one = world.entries[2].preset
    assert one is not None
    world.experience = experience(lane_measured(one))
    async with staged(world.screen(device="cpu"), (120, 36), seen="peak 300 MiB of host memory") as (
        pilot,
        _,
    ):
        text = screen_text(pilot.app)
        assert "0:42 to train at 95.2 steps/s, beside lstm, 2026-10-07 14:03" in text
        await pilot.press("d", "home", "enter")
        await wait_until(pilot, lambda: screen_text(pilot.app).count("not run here yet") == 2)


async def test_a_limited_run_tells_its_rate_and_not_its_time() -> None:
    world = World()
    one = world.entries[2].preset
    assert one is not None
    world.experience = experience(lane_measured(one, is_whole=False, sharing="sequential"))
    async with staged(world.screen(), (120, 36), seen="95.2 steps/s, alone") as (pilot, _):
        assert "to train" not in screen_text(pilot.app)


async def test_a_rate_from_a_few_steps_is_rough_and_gives_way_to_a_better_one() -> None:
    world = World()
    one = world.entries[2].preset
    assert one is not None
    short = lane_measured(one, is_whole=False, run="short", steps=12, train_s=0.6, steps_per_s=20.0)
    world.experience = experience(short)
    async with staged(world.screen(), (120, 36), seen="≈20.0 steps/s (from 12 steps)"):
        pass
    world.experience = experience(short, lane_measured(one, is_whole=False, at="2026-10-01T09:00:00+02:00"))
    async with staged(world.screen(), (120, 36), seen="95.2 steps/s, beside lstm, 2026-10-01") as (pilot, _):
        assert "≈20.0 steps/s" not in screen_text(pilot.app)


async def test_what_cannot_be_read_is_told_and_the_rest_goes_on() -> None:
    world = World()
    screen = world.screen()

    def fails() -> tuple[PresetEntry, ...]:
        raise OSError("the disk is gone")

    object.__setattr__(screen._reader._sources, "presets", fails)
    async with staged(screen, seen="the presets cannot be read: the disk is gone") as (pilot, _):
        assert "CPU Test CPU" in screen_text(pilot.app)


async def test_escapes_and_markup_in_a_title_are_shown_harmless() -> None:
    evil = entry("evil", title="\x1b[31mred\x1b]0;x\x07 [bold]not[/bold] \u202eback")
    async with staged(World((evil,)).screen(), (120, 36), seen="1 of 1") as (pilot, _):
        await wait_until(pilot, lambda: r"\x1b[31mred" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "[bold]not[/bold]" in text
        assert not any(sign in text for sign in "\x1b\x07\u202e")


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (120, 36), (160, 48), (240, 60)])
async def test_everything_that_matters_stands_at_every_size(size: tuple[int, int]) -> None:
    world = World((*World().entries, entry("a-name-that-is-far-too-long-for-any-column-" + "x" * 60)))
    async with staged(world.screen(), size, seen="1 234") as (pilot, _):
        lines = screen_text(pilot.app).splitlines()
        text = "\n".join(lines)
        for part in (
            "Lane A",
            "Lane B",
            "▸ seed-binary",
            "▸ seed-regression",
            "Title of seed-binary",
            "CPU Test CPU",
        ):
            assert part in text, part
        for part in ("together", "Launch  A seed-binary  +  B seed-regression", "not run here yet", "Quit"):
            assert part in text or size == (60, 16), part
        assert all(len(line) <= size[0] for line in lines)
        await pilot.press("end")
        await wait_until(pilot, lambda: "▸ a-name-that" in screen_text(pilot.app))
        assert "…" in screen_text(pilot.app)


async def test_a_terminal_that_is_too_small_is_told_so_and_recovers() -> None:
    async with staged(World().screen(), (50, 12), seen="terminal too small") as (pilot, _):
        await pilot.resize_terminal(80, 24)
        await wait_until(pilot, lambda: "▸ seed-binary" in screen_text(pilot.app))
