"""The device chooser: what it lists, and every key of it."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.app.pick_world import CPU_ONLY, MIG, TWO_GPUS, World, gpu, listing
from tests.app.stage import Heard, staged
from tests.waiting import screen_text, wait_until
from training.launch import LaunchRequest
from training.meters.devices import DeviceListing, DeviceUnavailableError
from training.meters.gpu_facts import GpuProcess
from tui.app import DualtrainApp
from tui.screens.devices import DevicesScreen
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked

GIB = 2**30
CROWD = listing(
    *(
        gpu(
            index,
            memory_free_bytes=(4 + index) * GIB,
            utilization_percent=97.0,
            processes=tuple(
                GpuProcess(1000 * index + number, (12 - number) * GIB, "/usr/bin/python", "alice", "compute")
                for number in range(7 if index < 2 else 6)
            ),
        )
        for index in range(8)
    )
)


def highlighted(app: App[Any]) -> str:
    """The row with the mark, in the chooser's part of the screen."""
    rows = [line for line in screen_text(app).splitlines() if "▸ " in line and "Lane" not in line]
    return next((row for row in rows if not any(name in row for name in ("▸ seed-", "▸ Launch"))), "")


async def opened(pilot: Pilot[Any], *keys: str) -> None:
    await wait_until(pilot, lambda: "looking for" not in screen_text(pilot.app))
    await pilot.press("d")
    await wait_until(pilot, lambda: "Train on" in screen_text(pilot.app))
    await pilot.press(*keys)


async def launched(pilot: Pilot[Any], heard: Heard) -> LaunchRequest:
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
    await pilot.press("enter", "enter", "enter")
    await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
    return heard.of(LaunchAsked)[0].request


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (("enter",), "auto"),
        (("down", "enter"), "cpu"),
        (("j", "j", "enter"), "GPU-0"),
        (("end", "enter"), "GPU-1"),
        (("pagedown", "k", "enter"), "GPU-0"),
        (("end", "up", "home", "enter"), "auto"),
        (("end", "pageup", "enter"), "auto"),
        (("end", "escape"), "auto"),
        (("end", "a", "b", "enter"), "GPU-1"),  # no instance: a and b do nothing
    ],
)
async def test_every_key_and_what_is_launched_on(keys: tuple[str, ...], asked: str) -> None:
    async with staged(World(listing=TWO_GPUS).screen(), seen="3 of 6") as (pilot, heard):
        await opened(pilot, *keys)
        assert (await launched(pilot, heard)).device == asked


async def test_it_tells_free_memory_utilisation_and_who_is_there() -> None:
    async with staged(World(listing=CROWD).screen(), seen="3 of 6") as (pilot, _):
        await opened(pilot, "j", "j")
        text = screen_text(pilot.app)
        assert "takes gpu:7: the most free memory of 8 GPUs: 11.0 GiB" in text
        assert "Test GPU" in highlighted(pilot.app)
        assert "4.0/40.0 GiB   97 %  alice python 12.0 GiB, +6 more" in highlighted(pilot.app)
        assert "There: alice python (pid 0) 12.0 GiB, alice python (pid 1) 11.0 GiB" in text
        assert all(f"gpu:{index}" in text for index in range(8))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        assert "4.0/40.0 GiB free · 97 % busy · alice python" in screen_text(pilot.app)


async def test_without_a_gpu_it_says_why_and_what_auto_takes() -> None:
    async with staged(World(listing=CPU_ONLY).screen(), seen="3 of 6") as (pilot, _):
        await opened(pilot)
        text = screen_text(pilot.app)
        assert "takes the CPU: no NVIDIA library: it is not found" in text
        assert "No GPU: no NVIDIA library: it is not found" in text
        assert "who is there" not in text


async def test_what_makes_a_gpu_another_kind_is_told_and_what_hides_others() -> None:
    odd = listing(
        gpu(0, compute_mode="exclusive"),
        gpu(1, compute_mode="prohibited"),
        gpu(2, unified=True, memory_total_bytes=120 * GIB),
        gpu(3, is_vgpu=True, processes=None, utilization_percent=None),
        visibility="CUDA_VISIBLE_DEVICES=0,1,2,3,9: its entry '9' is no index of a GPU here and hides what follows",
        hidden_gpus=2,
    )
    async with staged(World(listing=odd).screen(), (120, 36), seen="3 of 6") as (pilot, _):
        await opened(pilot, "j", "j")
        text = screen_text(pilot.app)
        for part in (
            "exclusive mode · nobody",
            "compute mode PROHIBITED: nothing may run on it",
            "unified · nobody",
            "vGPU · not told",
            "CUDA_VISIBLE_DEVICES=0,1,2,3,9 leaves 4 of 6: its entry '9'",
            "EXCLUSIVE_PROCESS: one process at a time",
        ):
            assert part in text, part
        await pilot.press("j", "enter")
        await wait_until(
            pilot, lambda: screen_text(pilot.app).count("PROHIBITED: nothing may run on it") == 2
        )
        assert isinstance(pilot.app.screen, DevicesScreen)


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (("j", "enter"), "MIG-aa"),
        (("j", "a", "j", "b", "enter"), "a=MIG-aa,b=MIG-bb"),
        (("j", "b", "j", "a", "k", "enter"), "a=MIG-bb,b=MIG-aa"),
        (("j", "a", "b", "enter"), "MIG-aa"),
        (("j", "a", "a", "enter"), "MIG-aa"),
        (("j", "a", "j", "b", "home", "enter"), "auto"),
    ],
)
async def test_a_mig_instance_for_both_lanes_or_one_for_each(keys: tuple[str, ...], asked: str) -> None:
    async with staged(World(listing=MIG).screen(), seen="3 of 6") as (pilot, heard):
        await opened(pilot, "j", "j")
        assert "MIG on: choose an instance" in highlighted(pilot.app)
        await pilot.press(*keys)
        assert (await launched(pilot, heard)).device == asked


async def test_each_lane_s_instance_stands_on_the_pick_screen_and_is_marked_when_opened_again() -> None:
    async with staged(World(listing=MIG).screen(), (120, 36), seen="3 of 6") as (pilot, _):
        await opened(pilot, "j", "j", "j", "a", "j", "b")
        await wait_until(pilot, lambda: "each lane has its instance" in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        assert "A 1g.5gb, 4.0/5.0 GiB free · B 2g.10gb, 4.0/5.0 GiB free" in screen_text(pilot.app)
        await opened(pilot)
        assert "A" in highlighted(pilot.app)
        assert "MIG 1g.5gb" in highlighted(pilot.app)


async def test_a_lane_without_an_instance_and_instances_of_two_gpus_are_refused_in_a_sentence() -> None:
    async with staged(World(listing=MIG).screen(), (120, 36), seen="3 of 6") as (pilot, _):
        await opened(pilot, "j", "j", "enter")
        await wait_until(pilot, lambda: screen_text(pilot.app).count("MIG on: choose an instance") == 3)
        await pilot.press("j", "a", "enter")
        await wait_until(pilot, lambda: "lane B has no instance yet" in screen_text(pilot.app))
        await pilot.press("end", "b")
        await wait_until(pilot, lambda: "the instances are of different GPUs" in screen_text(pilot.app))
        assert isinstance(pilot.app.screen, DevicesScreen)


async def test_it_is_read_again_while_it_is_open_and_a_device_that_went_is_named() -> None:
    world = World(listing=TWO_GPUS)
    pick = world.screen()
    async with staged(pick, seen="3 of 6") as (pilot, _):
        screen = DevicesScreen(pick._sources, TWO_GPUS, "gpu:1", read_every_s=0.05)
        taken: list[Any] = []
        await pilot.app.push_screen(screen, taken.append)
        await wait_until(pilot, lambda: "gpu:1" in highlighted(pilot.app))
        seen = world.listed
        await wait_until(pilot, lambda: world.listed > seen + 2)
        world.listing = listing(gpu(0, uuid="GPU-0", utilization_percent=55.0))
        await wait_until(pilot, lambda: "gpu:1 is not listed any more" in screen_text(pilot.app))
        assert "55 %" in screen_text(pilot.app)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: bool(taken))
        assert taken[0].request == "GPU-0"
        assert taken[0].listing is world.listing


async def test_a_driver_that_does_not_answer_holds_no_key_up_and_is_not_asked_twice() -> None:
    world = World(listing=TWO_GPUS)
    pick = world.screen()
    asked = []
    answers = threading.Event()

    def hangs() -> DeviceListing:
        asked.append(1)
        answers.wait(30)
        return TWO_GPUS

    async with staged(pick, seen="3 of 6") as (pilot, _):
        screen = DevicesScreen(replace(pick._sources, devices=hangs), TWO_GPUS, "auto", read_every_s=0.02)
        taken: list[Any] = []
        await pilot.app.push_screen(screen, taken.append)
        await wait_until(pilot, lambda: bool(asked))
        await pilot.press("end", "k")
        await wait_until(pilot, lambda: "gpu:0" in highlighted(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: bool(taken))
        assert len(asked) == 1
    answers.set()


async def test_names_from_outside_are_harmless() -> None:
    evil = gpu(0, name="\x1b[2J[red]GPU", processes=(GpuProcess(7, GIB, "py\x1b]0;t\x07", "[b]me"),))
    async with staged(World(listing=listing(evil)).screen(), (120, 36), seen="3 of 6") as (pilot, _):
        await opened(pilot, "end")
        text = screen_text(pilot.app)
        assert "\x1b" not in text
        assert "[red]GPU" in text
        assert "[b]me" in text


def test_nothing_of_it_is_imported_before_the_pick_screen_s_first_paint() -> None:
    late = ("tui.screens.devices", "tui.screens.confirm", "tui.widgets.device_rows", "training.preflight")
    program = f"import sys, tui.app, tui.screens.pick; print([one for one in {late!r} if one in sys.modules])"
    told = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
async def test_the_highlight_is_in_sight_at_every_size(size: tuple[int, int]) -> None:
    async with staged(World(listing=CROWD).screen(), size, seen="seed-binary") as (pilot, _):
        await opened(pilot, "end")
        await wait_until(pilot, lambda: "gpu:7" in highlighted(pilot.app))
        assert "esc Back" in screen_text(pilot.app)
        await pilot.press("home")
        await wait_until(pilot, lambda: "auto" in highlighted(pilot.app))


async def test_a_device_that_goes_between_listing_and_launch_is_told_and_the_picks_stay() -> None:
    def refuses(request: LaunchRequest) -> Any:
        raise DeviceUnavailableError(f"{request.device} is not among the GPUs that can be used here")

    world = World(listing=TWO_GPUS)
    app = DualtrainApp(launcher=refuses)
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, PickScreen))
        assert isinstance(app.screen, PickScreen)
        screen = world.screen()
        await app.switch_screen(screen)
        app._pick = screen
        await wait_until(pilot, lambda: "3 of 6" in screen_text(app))
        await opened(pilot, "end", "enter")
        await wait_until(pilot, lambda: app.screen is screen)
        await pilot.press("enter", "enter", "enter")
        await wait_until(
            pilot, lambda: "GPU-1 is not among the GPUs that can be used here" in screen_text(app)
        )
        assert screen.picks == {"a": "seed-binary", "b": "seed-regression"}
