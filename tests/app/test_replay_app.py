"""The app over a record: from its first picture to its report, and out again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.made_contention import measured_run
from tests.unit.made_runs import append
from tests.waiting import screen_text, wait_until
from training.analysis.build_report import build_report
from training.analysis.report import Monitor, write_report
from training.plan import read_plan
from training.record.event_records import LaneEnded
from training.record.run_folder import RunFolder
from tui import exit_codes
from tui.replay_app import ReplayApp
from tui.replay_request import ReplayRequest
from tui.screens.log import LogScreen
from tui.screens.replay import ReplayScreen
from tui.screens.report import ReportScreen

_PLACE = re.compile(r"replay (\d+):(\d\d) of (\d+):(\d\d)")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    found = measured_run(tmp_path / "made")
    monitor = Monitor(cpu_s=1.0, wall_s=200.0, peak_rss_bytes=1 << 20)
    report = build_report(found, read_plan(found.plan), datetime(2026, 1, 2, tzinfo=UTC), monitor)
    write_report(report, found.report)
    return found


def _app(folder: RunFolder, **request: float) -> ReplayApp:
    return ReplayApp(ReplayRequest(folder, **request))


def _position_s(app: ReplayApp) -> int:
    found = _PLACE.search(screen_text(app))
    return int(found[1]) * 60 + int(found[2]) if found else -1


async def test_it_plays_stands_still_and_goes_where_one_likes(folder: RunFolder) -> None:
    app = _app(folder, from_s=60.0, speed=8.0)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: _position_s(app) > 60)
        await pilot.press("space")
        await wait_until(pilot, lambda: "paused" in screen_text(app))
        assert "training" in screen_text(app)
        at_s = _position_s(app)
        await pilot.press("left", "left")
        await wait_until(pilot, lambda: _position_s(app) == max(0, at_s - 20))
        await pilot.press("home")
        await wait_until(pilot, lambda: _position_s(app) == 0)
        assert isinstance(app.screen, ReplayScreen)
        assert app.screen.state.lanes["a"].phase == "waiting"
        await pilot.press("shift+right", "comma")
        await wait_until(pilot, lambda: _position_s(app) == 60 and "· 4× · paused" in screen_text(app))
        assert "replay: running" in screen_text(app)
        await pilot.press("q")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)
    assert app.farewell == ""


async def test_at_the_end_the_screen_stays_and_enter_shows_the_report(folder: RunFolder) -> None:
    app = _app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: _position_s(app) >= 0)
        await pilot.press("end")
        await wait_until(pilot, lambda: "the end" in screen_text(app))
        assert "replay: ended" in screen_text(app)
        assert "together is faster" in screen_text(app)
        assert isinstance(app.screen, ReplayScreen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await wait_until(pilot, lambda: "Both trainings completed" in screen_text(app))
        assert "Run again" not in screen_text(app)
        await pilot.press("l")
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.press("left")
        await wait_until(pilot, lambda: "replay: running" in screen_text(app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)


async def test_a_failed_run_that_was_looked_at_is_no_failure(tmp_path: Path) -> None:
    folder = measured_run(tmp_path / "failed", ended=False)
    told = LaneEnded(400.0, "b", "failed", 1, "nan-loss", "not a number")
    append(folder.events, told)
    folder.report.write_text("{}")
    app = _app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: _position_s(app) >= 0)
        await pilot.press("end")
        await wait_until(pilot, lambda: "the end" in screen_text(app) and "nan-loss" in screen_text(app))
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)
    assert app.farewell == ""


async def test_a_lane_s_log_and_back(folder: RunFolder) -> None:
    folder.lane_log("b").write_text("epoch 1 of b\n")
    app = _app(folder, from_s=40.0)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: _position_s(app) >= 40)
        await pilot.press("space", "b", "g")
        await wait_until(
            pilot, lambda: isinstance(app.screen, LogScreen) and "epoch 1 of b" in screen_text(app)
        )
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))


async def test_from_its_report_on_to_a_run_of_one_s_own(folder: RunFolder) -> None:
    app = _app(folder)
    async with app.run_test(size=(100, 30)) as pilot:
        await wait_until(pilot, lambda: _position_s(app) >= 0)
        await pilot.press("end")
        await wait_until(pilot, lambda: "the end" in screen_text(app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReportScreen))
        await pilot.press("n")
        await wait_until(pilot, lambda: "▸ seed-binary" in screen_text(app))
        await pilot.press("q")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)


async def test_a_folder_without_a_plan_ends_in_a_sentence(tmp_path: Path) -> None:
    app = _app(RunFolder(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.return_code == exit_codes.USAGE)
    assert "not a plan" in app.farewell
