"""The pick screen with its real sources over the simulated driver: what the scenario says stands on the screen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.stage import staged
from tests.app.test_devices import highlighted
from tests.simulated_driver.driver import SimulatedDriver
from tests.simulated_driver.scenario import GIB, Device, Mig, Process, Scenario
from tests.waiting import screen_text, wait_until
from tui.screens.pick import PickScreen
from tui.screens.pick_messages import LaunchAsked
from tui.screens.pick_sources import PickSources

pytestmark = pytest.mark.slow

FIRST = "GPU-10000000-2222-3333-4444-555555555555"
SECOND = "GPU-20000000-2222-3333-4444-555555555555"


@pytest.fixture
def stranger() -> Iterator[int]:
    process = subprocess.Popen(["sleep", "600"])
    yield process.pid
    process.kill()
    process.wait()


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimulatedDriver:
    """Two GPUs for every child of this process."""
    driver = SimulatedDriver(tmp_path / "driver", two_gpus())
    for name, value in driver.environment_in(dict(os.environ)).items():
        monkeypatch.setenv(name, value)
    return driver


def two_gpus(*processes: Process, second: bool = True) -> Scenario:
    used = sum(process.memory_bytes or 0 for process in processes)
    busy = Device(
        uuid=FIRST, name="NVIDIA First", memory_used_bytes=used, gpu_percent=63, processes=processes
    )
    idle = Device(uuid=SECOND, name="NVIDIA Second", memory_used_bytes=4 * GIB)
    return Scenario(devices=(busy, idle) if second else (busy,))


def screen() -> PickScreen:
    return PickScreen(PickSources(describe=lambda _entry, _is_cancelled: "not asked here"))


async def test_the_list_follows_the_driver_while_it_is_open(driver: SimulatedDriver, stranger: int) -> None:
    driver.play(two_gpus(Process(stranger, 18 * GIB)))
    async with staged(screen(), (120, 36), seen="GPU Second") as (pilot, heard):
        await wait_until(pilot, lambda: "the most free memory of 2 GPUs: 19.5 GiB" in screen_text(pilot.app))
        await pilot.press("d", "j", "j")
        await wait_until(pilot, lambda: "sleep 18.0 GiB" in highlighted(pilot.app))
        assert "5.5/24.0 GiB" in highlighted(pilot.app)
        driver.play(two_gpus())
        await wait_until(pilot, lambda: "23.5/24.0 GiB  63 %  nobody" in highlighted(pilot.app))
        await pilot.press("j")
        driver.play(two_gpus(second=False))
        await wait_until(pilot, lambda: "gpu:1 is not listed any more" in screen_text(pilot.app))
        await pilot.press("end", "enter", "enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        assert heard.of(LaunchAsked)[0].request.device == FIRST


async def test_who_is_on_the_gpu_is_warned_of_before_a_launch(driver: SimulatedDriver, stranger: int) -> None:
    driver.play(two_gpus(Process(stranger, 18 * GIB), second=False))
    async with staged(screen(), (160, 48), seen="GPU First") as (pilot, _):
        await pilot.press("c")
        await pilot.press("escape")
        await wait_until(
            pilot, lambda: "(c)" in screen_text(pilot.app) or "others: " in screen_text(pilot.app)
        )
        await pilot.press("c")
        await wait_until(pilot, lambda: "Before a launch" in screen_text(pilot.app))
        assert "warning: others: " in screen_text(pilot.app)
        assert "sleep" in screen_text(pilot.app)


async def test_a_mig_instance_for_each_lane(driver: SimulatedDriver) -> None:
    instances = (
        Mig("MIG-a0000000-1111-2222-3333-444444444444", index=0, gpu_instance_id=1),
        Mig("MIG-b0000000-1111-2222-3333-444444444444", index=2, gpu_instance_id=2),
    )
    driver.play(Scenario(devices=(Device(uuid=FIRST, name="NVIDIA First", mig_mode=1, mig=instances),)))
    async with staged(screen(), (120, 36), seen="GPU First") as (pilot, heard):
        await pilot.press("d", "j", "j", "j", "a", "j", "b")
        await wait_until(pilot, lambda: "each lane has its instance" in screen_text(pilot.app))
        assert "MIG 1g.10gb" in highlighted(pilot.app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: "B 1g.10gb, 9.0/10.0 GiB free" in screen_text(pilot.app))
        await pilot.press("enter", "enter", "enter")
        await wait_until(pilot, lambda: bool(heard.of(LaunchAsked)))
        asked = heard.of(LaunchAsked)[0].request.device
        assert asked == f"a={instances[0].uuid},b={instances[1].uuid}"
