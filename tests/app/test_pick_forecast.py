"""The forecast on the pick screen, at every size; and what does not fit, launched all the same."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from textual.app import App

from tests.app.pick_world import CPU_NOW, World, experience, lane_measured
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.plan import LANES, Sharing
from training.preflight import Check
from training.preset import Preset, preset_digest
from training.record.measurement_records import Measurement, PairMeasured
from tui.screens.confirm import ConfirmScreen
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked

GIB = 1 << 30
STEPS = 128
SIZES = [(60, 16), (80, 24), (160, 48)]
TOO_BIG = Check(
    "memory", "stop", "does not fit: expected about 9 GiB", "half the batch size", can_be_forced=True
)


def forecast_lines(app: App[Any]) -> str:
    """What stands in the forecast's place."""
    region = app.screen.query_one("#forecast").region
    return "\n".join(screen_text(app).splitlines()[region.y : region.bottom])


def measured(world: World) -> tuple[Preset, Preset]:
    """The presets of the defaults, of which the world then knows everything."""
    one, other = (world.entries[index].preset for index in (2, 3))
    assert one is not None
    assert other is not None
    told: list[Measurement] = [
        lane_measured(one, solo_steps_per_s=STEPS / 720, peak_memory_bytes=int(1.9 * GIB)),
        lane_measured(other, lane="b", solo_steps_per_s=STEPS / 1200, peak_memory_bytes=int(3.1 * GIB)),
        PairMeasured(
            on=dict.fromkeys(LANES, CPU_NOW),
            digests={"a": preset_digest(one), "b": preset_digest(other)},
            presets={"a": "one", "b": "other"},
            run="r1", at="2001-01-01T10:00:00+00:00", sharing="together", slowdown={"a": 1.1, "b": 1.05},
            speedup=1.551, interval=(1.41, 1.66), verdict="together", blocks=4,
        ),
    ]  # fmt: skip
    world.experience = experience(*told)
    return one, other


@pytest.mark.parametrize("size", SIZES)
async def test_a_measured_pair_is_forecast_at_every_size(size: tuple[int, int]) -> None:
    world = World()
    measured(world)
    async with staged(world.screen(), size, seen="RSS 1.9 + 3.1 of 8.0 GiB") as (pilot, _):
        told = forecast_lines(pilot.app)
        assert "together 21 min" in told
        assert "1.55×" in told
        assert len(told.splitlines()) == (1 if size[1] < 20 else 2)
        if size[0] >= 80:
            assert "12 min + 20 min; together 21 min (measured 25 years ago, 1.55×" in told
        assert all(len(line) <= size[0] for line in screen_text(pilot.app).splitlines())


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_never_run_is_an_estimate_without_a_time(size: tuple[int, int]) -> None:
    async with staged(World().screen(), size, seen="fits: RSS ≈0.5 + ≈0.5 of 8.0 GiB") as (pilot, _):
        told = forecast_lines(pilot.app)
        assert "×" not in told
        if size[0] >= 80:
            assert "≈ estimate, never checked yet" in told or "none was measured yet" in told
            assert "together: not measured yet" in told


async def test_it_changes_as_the_highlight_moves_and_with_the_sharing() -> None:
    world = World()
    measured(world)
    world.may_describe.clear()
    async with staged(world.screen(), (100, 30), seen="together 21 min") as (pilot, _):
        await pilot.press("down")
        await wait_until(pilot, lambda: "RSS 3.1 + 3.1 of 8.0 GiB" in forecast_lines(pilot.app))
        assert "20 min + 20 min; together: not measured yet" in forecast_lines(pilot.app)
        await pilot.press("down")
        await wait_until(pilot, lambda: "memory: RSS – + 3.1 of 8.0 GiB" in forecast_lines(pilot.app))
        assert "A not computed yet" in forecast_lines(pilot.app)
        await pilot.press("up", "up", "s")
        await wait_until(pilot, lambda: "12 min then 20 min, in all 32 min" in forecast_lines(pilot.app))
        assert "fits: RSS 1.9, then 3.1 of 8.0 GiB" in forecast_lines(pilot.app)
        world.may_describe.set()


async def test_the_lanes_the_other_way_round_are_the_same_pair() -> None:
    world = World()
    measured(world)
    screen = world.screen(picks={"a": "seed-regression", "b": "seed-binary"})
    async with staged(screen, (100, 30), seen="20 min + 12 min; together 21 min") as (pilot, _):
        assert "RSS 3.1 + 1.9 of 8.0 GiB" in forecast_lines(pilot.app)


async def test_its_place_is_the_same_before_anything_is_known() -> None:
    world = World()
    world.may_read.clear()
    async with staged(world.screen(), seen="Reading the presets") as (pilot, _):
        before = pilot.app.screen.query_one("#forecast").region
        world.may_read.set()
        await wait_until(pilot, lambda: "fits: RSS" in forecast_lines(pilot.app))
        assert pilot.app.screen.query_one("#forecast").region == before


async def test_what_does_not_fit_is_asked_about_and_enter_goes_back() -> None:
    world = World()
    world.findings = {"together": (TOO_BIG,)}
    async with staged(world.screen(), seen="does not fit") as (pilot, heard):
        await pilot.press("tab", "tab", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "Launch all the same?" in screen_text(pilot.app)
        assert "half the batch size" in screen_text(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        assert not heard.of(LaunchAsked)


async def test_what_does_not_fit_is_launched_by_who_knows_better_once() -> None:
    world = World()
    world.findings = {"together": (TOO_BIG,)}
    async with staged(world.screen(), seen="does not fit") as (pilot, heard):
        await pilot.press("tab", "tab", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        await wait_until(pilot, lambda: "Launching…" in screen_text(pilot.app))
        assert [one.request.force_fit for one in heard.of(LaunchAsked)] == [True]


async def test_another_way_of_sharing_that_fits_is_not_asked_about() -> None:
    world = World()
    world.findings = {"together": (TOO_BIG,), "sequential": (Check("memory", "pass", "fits"),)}
    async with staged(world.screen(), seen="does not fit") as (pilot, heard):
        await pilot.press("s", "tab", "tab", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        request = heard.of(LaunchAsked)[0].request
        assert (request.sharing, request.force_fit) == ("sequential", False)


async def test_what_nothing_can_force_is_not_asked_about() -> None:
    world = World()
    world.findings = {"together": (TOO_BIG, Check("disk", "stop", "the disk is full"))}
    async with staged(world.screen(), seen="2 findings (c)") as (pilot, heard):
        await pilot.press("tab", "tab", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert not heard.of(LaunchAsked)[0].request.force_fit


async def test_a_launch_that_was_refused_before_the_checks_were_made_is_asked_about_then() -> None:
    world = World()
    checked = threading.Event()
    screen = world.screen()

    def slow(*_: object) -> dict[Sharing, tuple[Check, ...]]:
        checked.wait(30)
        return {"together": (TOO_BIG,)}

    object.__setattr__(screen._sources, "check", slow)
    async with staged(screen, seen="3 of 6") as (pilot, heard):
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        screen.show_problem("does not fit: so it is refused")
        checked.set()
        await wait_until(pilot, lambda: screen._findings.weightiest("together")[1])
        assert "so it is refused" in screen_text(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
