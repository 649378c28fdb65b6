"""What every screen looks like at three sizes, cell by cell: a change that nobody meant is seen here first.

`make goldens` writes them anew; look at what git then says has changed.
"""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.every_screen import SCREENS, Shown
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until

GOLDENS = Path(__file__).with_name("goldens")
SIZES = [(60, 16), (80, 24), (160, 48)]
SETTLED_S = 0.5
WRITES = bool(os.environ.get("DUALTRAIN_WRITE_GOLDENS"))
A_PATH = re.compile(r"(?<=  )/\S+((?:\n  \S+(?=\n))?)")
"""In one line, or broken into two."""
LIVE_PANELS = ("1", "2", "3", "4", "5", "6")


def golden(name: str, size: tuple[int, int]) -> Path:
    """The file of a screen at a size."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return GOLDENS / f"{slug}-{size[0]}x{size[1]}.txt"


async def compare(pilot: Pilot[None], path: Path) -> None:
    """Hold what is seen in the end against the file, or write it where that is asked for."""
    if WRITES:
        await pilot.pause(SETTLED_S)
        write(f"{seen(pilot)}\n", path)
    wanted = read(path)
    with contextlib.suppress(AssertionError):  # told below, line by line
        await wait_until(pilot, lambda: f"{seen(pilot)}\n".splitlines() == wanted, timeout_s=10)
    assert f"{seen(pilot)}\n".splitlines() == wanted, (
        f"{path.name} looks otherwise; where that is meant, `make goldens`"
    )


def write(text: str, path: Path) -> None:
    GOLDENS.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read(path: Path) -> list[str]:
    assert path.is_file(), f"{path} is missing: `make goldens` writes it"
    return path.read_text(encoding="utf-8").splitlines()


def seen(pilot: Pilot[None]) -> str:
    """What stands on the screen, but for a path that is this session's."""
    return A_PATH.sub(
        lambda path: "<a folder of this session>" + "\n" * bool(path[1]), screen_text(pilot.app)
    )


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("shown", SCREENS, ids=lambda shown: shown.name)
async def test_a_screen_looks_as_it_did(shown: Shown, size: tuple[int, int], tmp_path: Path) -> None:
    async with staged(shown.make(tmp_path), size, seen=shown.seen) as (pilot, _):
        await compare(pilot, golden(shown.name, size))


@pytest.mark.parametrize("panel", LIVE_PANELS)
@pytest.mark.parametrize("name", ["live, GPU", "live, contention"])
async def test_a_panel_alone_looks_as_it_did(name: str, panel: str, tmp_path: Path) -> None:
    shown = next(one for one in SCREENS if one.name == name)
    async with staged(shown.make(tmp_path), (80, 24), seen=shown.seen) as (pilot, _):
        await pilot.press(panel, "z")
        await pilot.pause()
        await compare(pilot, golden(f"{name} {panel} alone", (80, 24)))


def test_no_golden_is_left_over() -> None:
    wanted = {golden(shown.name, size) for shown in SCREENS for size in SIZES}
    wanted |= {
        golden(f"{name} {panel} alone", (80, 24))
        for name in ("live, GPU", "live, contention")
        for panel in LIVE_PANELS
    }
    assert set(GOLDENS.glob("*.txt")) == wanted
