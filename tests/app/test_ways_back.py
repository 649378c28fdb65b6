"""Pick, live, report and runs are one app: each is left for where one came from, and the run that is shown is meant."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen

from tests.unit.ended_runs import begun_run, ended_run, live_run
from tests.waiting import screen_text, wait_until
from training.launch import Launched, LaunchRequest
from training.plan import read_plan
from tui import exit_codes
from tui.app import DualtrainApp
from tui.messages import RunChanged
from tui.screens.live import LiveScreen
from tui.screens.log import LogScreen
from tui.screens.pick import PickScreen
from tui.screens.report import ReportScreen
from tui.screens.runs import RunsScreen

OLD, NEW = "20261120-201500-aaaa", "20261121-201500-bbbb"


@asynccontextmanager
async def opened(**options: Any) -> AsyncIterator[tuple[Pilot[None], DualtrainApp]]:
    app = DualtrainApp(**options)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await wait_until(pilot, lambda: len(app.screen_stack) > 1)
        yield pilot, app


async def press(pilot: Pilot[None], *keys: str, leads_to: type[Screen[Any]], seen: str = "") -> None:
    await pilot.press(*keys)
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, leads_to) and seen in screen_text(pilot.app))


def stack(app: DualtrainApp) -> list[type[Screen[Any]]]:
    return [type(screen) for screen in app.screen_stack[1:]]


def picked(app: DualtrainApp) -> str:
    assert isinstance(app.screen, PickScreen)
    return app.screen.picks["a"]


def shown(app: DualtrainApp) -> str:
    assert app.run_shown is not None
    return app.run_shown.state.run


async def test_from_the_pick_screen_to_a_run_and_all_the_way_back() -> None:
    ended_run(OLD)
    async with opened() as (pilot, app):
        await wait_until(pilot, lambda: "▸ seed-binary" in screen_text(app))
        pick = app.screen
        await press(pilot, "j", "R", leads_to=RunsScreen, seen="1 of 1")
        await press(pilot, "enter", leads_to=LiveScreen, seen="ended")
        assert shown(app) == OLD
        await press(pilot, "enter", leads_to=ReportScreen, seen="Both trainings completed")
        await press(pilot, "escape", leads_to=LiveScreen)
        await press(pilot, "escape", leads_to=RunsScreen, seen="1 of 1")
        assert app.run_shown is None
        await press(pilot, "escape", leads_to=PickScreen)
        assert app.screen is pick
        assert picked(app) == "seed-regression"
        assert stack(app) == [PickScreen]
        await press(pilot, "R", leads_to=RunsScreen, seen="1 of 1")


async def test_from_a_report_to_another_run_and_back_to_the_report() -> None:
    first = ended_run(OLD)
    ended_run(NEW, status="failed")
    async with opened(folder=first) as (pilot, app):
        await press(pilot, "enter", leads_to=ReportScreen, seen="Both trainings completed")
        await press(pilot, "R", leads_to=RunsScreen, seen="1 of 2")
        assert shown(app) == OLD
        await press(pilot, "enter", leads_to=LiveScreen, seen="ended")
        assert shown(app) == NEW
        await press(pilot, "enter", leads_to=ReportScreen, seen="A training failed")
        await press(pilot, "R", leads_to=RunsScreen, seen="1 of 2")
        assert stack(app) == [LiveScreen, ReportScreen, RunsScreen]
        assert shown(app) == OLD
        await press(pilot, "escape", leads_to=ReportScreen, seen="Both trainings completed")
        await press(pilot, "l", leads_to=LiveScreen)
        assert shown(app) == OLD
        await press(pilot, "enter", leads_to=ReportScreen, seen="Both trainings completed")
        await pilot.press("q")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)


async def test_a_live_run_opened_out_of_the_runs_is_left_for_them_and_goes_on() -> None:
    with live_run(OLD) as folder:
        async with opened(runs=True) as (pilot, app):
            await wait_until(pilot, lambda: "live" in screen_text(app))
            await press(pilot, "enter", leads_to=LiveScreen)
            run = app.run_shown
            assert run is not None
            assert run.state.is_live
            await press(pilot, "z", "escape", leads_to=LiveScreen)  # out of the zoom first
            await press(pilot, "escape", leads_to=RunsScreen, seen="1 of 1")
            assert app.run_shown is None
            assert not any(thread.name == "dualtrain-feed" for thread in threading.enumerate())
            await press(pilot, "enter", leads_to=LiveScreen)
            await pilot.press("ctrl+q")
            await wait_until(pilot, lambda: app.return_code == exit_codes.OK)
        assert f"attach {OLD}" in app.farewell
        assert folder.plan.exists()


async def test_a_run_that_ends_takes_nobody_out_of_its_log() -> None:
    with live_run(OLD) as folder:
        async with opened(folder=folder) as (pilot, app):
            await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen))
            await press(pilot, "g", leads_to=LogScreen)
            run = app.run_shown
            assert run is not None
            app.post_message(RunChanged(replace(run.state, phase="ended")))
            await wait_until(pilot, lambda: "The run has ended" in screen_text(app))
            assert stack(app) == [LiveScreen, LogScreen]


async def test_a_new_run_begins_with_its_first_list() -> None:
    ended_run(OLD)
    async with opened() as (pilot, app):
        await wait_until(pilot, lambda: "▸ seed-binary" in screen_text(app))
        pick = app.screen
        await press(pilot, "tab", "tab", "R", leads_to=RunsScreen, seen="1 of 1")
        await press(pilot, "enter", leads_to=LiveScreen, seen="ended")
        await press(pilot, "enter", leads_to=ReportScreen, seen="Both trainings completed")
        await press(pilot, "enter", leads_to=PickScreen)
        assert app.screen is pick
        assert app.focused is pick.query_one("#list-a")


async def test_where_nothing_is_beneath_escape_leaves() -> None:
    folder = ended_run(OLD)
    async with opened(folder=folder) as (pilot, app):
        await press(pilot, "enter", leads_to=ReportScreen)
        await press(pilot, "escape", leads_to=LiveScreen, seen="ended")
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)
    async with opened(runs=True) as (pilot, app):
        await wait_until(pilot, lambda: "1 of 1" in screen_text(app))
        await press(pilot, "enter", leads_to=LiveScreen, seen="ended")
        await press(pilot, "escape", leads_to=RunsScreen, seen="1 of 1")
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.return_code == exit_codes.OK)


async def test_escape_on_a_live_run_with_nothing_beneath_does_nothing() -> None:
    with live_run(OLD) as folder:
        async with opened(folder=folder) as (pilot, app):
            await press(pilot, "escape", "escape", leads_to=LiveScreen)
            assert app.return_code is None
            assert stack(app) == [LiveScreen]


async def test_two_escapes_at_once_leave_one_screen() -> None:
    ended_run(OLD)
    async with opened(runs=True) as (pilot, app):
        await wait_until(pilot, lambda: "1 of 1" in screen_text(app))
        await press(pilot, "enter", leads_to=LiveScreen, seen="ended")
        assert isinstance(app.screen, LiveScreen)
        app.screen.action_back()
        app.screen.action_back()
        await wait_until(pilot, lambda: isinstance(app.screen, RunsScreen))
        await pilot.pause()
        assert app.return_code is None
        assert stack(app) == [RunsScreen]


async def test_a_new_run_out_of_the_runs_and_back_to_them() -> None:
    ended_run(OLD)
    async with opened(runs=True) as (pilot, app):
        await wait_until(pilot, lambda: "1 of 1" in screen_text(app))
        await press(pilot, "enter", leads_to=LiveScreen, seen="ended")
        await press(pilot, "enter", leads_to=ReportScreen)
        await press(pilot, "n", leads_to=PickScreen, seen="▸ seed-binary")
        assert stack(app) == [RunsScreen, PickScreen]
        assert app.run_shown is None
        await press(pilot, "j", "R", leads_to=RunsScreen, seen="1 of 1")
        assert stack(app) == [RunsScreen]
        await press(pilot, "n", leads_to=PickScreen, seen="▸ seed-regression")
        await wait_until(pilot, lambda: picked(app) == "seed-regression")
        await press(pilot, "l", "escape", leads_to=PickScreen)
        await press(pilot, "escape", leads_to=RunsScreen, seen="1 of 1")
        assert stack(app) == [RunsScreen]


async def test_escape_on_the_pick_screen_leaves_it_only_for_what_is_beneath() -> None:
    async with opened() as (pilot, app):
        await wait_until(pilot, lambda: "▸ seed-binary" in screen_text(app))
        await press(pilot, "escape", "escape", leads_to=PickScreen)
        assert app.return_code is None
        assert stack(app) == [PickScreen]


async def test_a_launched_run_that_has_ended_is_left_for_the_pick_screen_and_its_failure_is_told_at_the_end() -> (
    None
):
    launched = ended_run(OLD, status="failed")
    launched.events.write_text(
        launched.events.read_text().replace(
            '{"k":"ended"',
            '{"k":"lane_ended","t":8.0,"lane":"a","status":"failed","exit_code":1}\n{"k":"ended"',
        )
    )

    def launcher(_request: LaunchRequest) -> Launched:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        return Launched(launched, read_plan(launched.plan), gone)

    async with opened(launcher=launcher) as (pilot, app):
        await wait_until(pilot, lambda: "▸ seed-binary" in screen_text(app))
        await press(pilot, "enter", "enter", "enter", leads_to=ReportScreen, seen="A training failed")
        assert stack(app) == [PickScreen, LiveScreen, ReportScreen]
        await press(pilot, "escape", leads_to=LiveScreen)
        await press(pilot, "escape", leads_to=PickScreen, seen="▸ seed-binary")
        assert stack(app) == [PickScreen]
        await pilot.press("q")
        await wait_until(pilot, lambda: app.return_code == exit_codes.FAILED)


async def test_a_run_that_cannot_be_opened_is_told_on_the_runs_screen() -> None:
    folder = ended_run(OLD)
    async with opened(runs=True) as (pilot, app):
        await wait_until(pilot, lambda: "1 of 1" in screen_text(app))
        runs = app.screen
        folder.plan.write_text("{")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "not a plan" in " ".join(screen_text(app).split()))
        assert app.screen is runs
        assert app.return_code is None


async def test_a_run_deleted_beneath_its_report_leaves_the_report_readable() -> None:
    folder = ended_run(OLD)
    async with opened(folder=folder) as (pilot, app):
        await press(pilot, "enter", leads_to=ReportScreen, seen="Both trainings completed")
        await press(pilot, "R", leads_to=RunsScreen, seen="1 of 1")
        await pilot.press("d", "y")
        await wait_until(pilot, lambda: "No runs yet" in screen_text(app))
        assert folder.is_gone
        await press(pilot, "escape", leads_to=ReportScreen, seen="Both trainings completed")
        await press(pilot, "escape", leads_to=LiveScreen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: any("no report" in one.message for one in app._notifications))


async def test_the_palette_offers_the_runs_where_there_is_a_key_for_them() -> None:
    folder = ended_run(OLD)
    async with opened(folder=folder) as (pilot, app):
        await press(pilot, "enter", leads_to=ReportScreen)
        assert "Runs" in {one.title for one in app.get_system_commands(app.screen)}
        await press(pilot, "R", leads_to=RunsScreen, seen="1 of 1")
        titles = [one.title for one in app.get_system_commands(app.screen)]
        assert {"Open", "Delete", "Filter", "New run", "Back"} <= set(titles)


async def test_a_run_that_starts_is_opened_out_of_the_runs() -> None:
    folder = begun_run(NEW)
    async with opened(runs=True) as (pilot, app):
        await wait_until(pilot, lambda: "starting" in screen_text(app))
        await press(pilot, "enter", leads_to=LiveScreen)
        assert shown(app) == folder.name
        await press(pilot, "escape", leads_to=RunsScreen)
