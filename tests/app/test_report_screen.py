"""The report screen: what it tells, and its keys."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.report import LaneReport, Monitor, Report, ReportedDevice, ReportedError
from tui.screens.live_messages import CurvesAsked, LeaveAsked, NewRunAsked
from tui.screens.report import ReportScreen

FOLDER = "/home/me/.local/state/dualtrain/runs/2026-11-22-2015-seed-binary-seed-regression"
DONE = LaneReport(
    preset="seed-binary",
    status="completed",
    exit_code=0,
    error=None,
    steps=2400,
    epochs=10,
    samples=76_800,
    wall_s=131.2,
    train_s=117.8,
    first_loss=0.6931,
    last_loss=0.2134,
    steps_per_s=20.4,
    peak_memory_bytes=640 * 2**20,
    model_path=f"{FOLDER}/a/model.keras",
)
FAILED = LaneReport(
    preset="seed-regression",
    status="failed",
    exit_code=1,
    error=ReportedError("out of memory", "the device gave no 2.3 GiB", "try --set b.fit.batch_size=128"),
    steps=1200,
    epochs=5,
    samples=38_400,
    wall_s=71.2,
    train_s=62.8,
    first_loss=1.6931,
    last_loss=None,
    steps_per_s=None,
    peak_memory_bytes=None,
    model_path=None,
)


def report(**lanes: LaneReport) -> Report:
    return Report(
        run="2026-11-22-2015",
        started_at="2026-11-22T20:15:00+00:00",
        ended_at="2026-11-22T20:17:11+00:00",
        sharing="together",
        device=ReportedDevice("cpu", "Xeon", None, 8 * 2**30),
        lanes=lanes,  # type: ignore[arg-type]
        monitor=Monitor(2.1, 131.4, 41 * 2**20),
    )


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
async def test_it_tells_what_became_of_each_lane(size: tuple[int, int]) -> None:
    async with staged(ReportScreen(report(a=DONE, b=FAILED), FOLDER), size, seen="A training failed") as (
        pilot,
        _,
    ):
        text = screen_text(pilot.app)
        for wanted in (
            "completed",
            "failed  exit code 1",
            "out of memory:",
            "2.1 s of CPU (1.6 % of one core)",
        ):
            assert wanted in text
        for wanted in ("0.6931 → 0.2134", "20.4 steps/s", "640 MiB", "a/model.keras", "not saved"):
            if wanted not in screen_text(pilot.app):
                await pilot.press(*["down"] * 9)
                await wait_until(pilot, lambda: "not saved" in screen_text(pilot.app))
                await pilot.press(*["up"] * 4)


@pytest.mark.parametrize(
    ("keys", "asked"),
    [
        (["enter"], NewRunAsked),
        (["n"], NewRunAsked),
        (["l"], CurvesAsked),
        (["escape"], CurvesAsked),
        (["q"], LeaveAsked),
    ],
)
async def test_keys(keys: list[str], asked: type[Any]) -> None:
    async with staged(ReportScreen(report(a=DONE, b=DONE), FOLDER), seen="Both trainings completed") as (
        pilot,
        heard,
    ):
        await pilot.press(*keys)
        await wait_until(pilot, lambda: len(heard.of(asked)) == 1)


async def test_what_comes_from_outside_is_harmless() -> None:
    hostile = msgspec.structs.replace(
        FAILED, preset="\x1b[2J[red]x", error=ReportedError("k", "\x1b]0;t\x07m", "[b]h")
    )
    async with staged(ReportScreen(report(a=hostile), "/tmp/\x1b[31mx"), seen="A training failed") as (
        pilot,
        _,
    ):
        text = screen_text(pilot.app)
        assert "\x1b" not in text
        assert "[red]x" in text
        assert "This lane was not part of the run." in text
