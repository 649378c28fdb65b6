"""A screen that only looks: nothing that asks, launches or deletes has a key, a hint, or a place in the palette."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests import contention_states as told
from tests import states
from tests.app.stage import staged
from tests.app.test_live_offers import ASKING, HERE, palette, possible
from tests.app.test_report_screen import DONE, FOLDER, report
from tests.unit.made_runs import made_run
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunState
from training.launch import Launched, LaunchRequest
from tui.app import DualtrainApp
from tui.screens.confirm import ConfirmScreen
from tui.screens.live import LiveScreen
from tui.screens.live_messages import LeaveAsked, PauseAsked, ProbeAsked, ShareAsked, StopAsked
from tui.screens.pick_messages import LaunchAsked
from tui.screens.report import ReportScreen
from tui.viewing import Viewing

LOOKS = Viewing(readonly=True)
NOT_OFFERED = {"Pause", "Stop", "Sharing", "Join", "Probe now", "Run again", "New run"}


@pytest.mark.parametrize("state", [told.cpu(), told.one_lane(), replace(told.cpu(), phase="ended")])
@pytest.mark.parametrize("size", [(60, 16), (80, 24), (160, 48)])
async def test_the_live_screen_offers_nothing_of_it_and_says_why(
    state: RunState, size: tuple[int, int]
) -> None:
    screen = LiveScreen(state, plan=HERE, readonly=True)
    async with staged(screen, size, seen="read-only") as (pilot, _):
        assert screen_text(pilot.app).splitlines()[0].strip().startswith("read-only")
        assert possible(screen) == dict.fromkeys(ASKING, False)
        assert screen.check_action("again", ()) is False
        assert not NOT_OFFERED & palette(screen)
        foot = screen_text(pilot.app).splitlines()[-1]
        assert not any(word in foot for word in NOT_OFFERED)


async def test_hints_to_keys_are_gone_too() -> None:
    async with staged(
        LiveScreen(told.turns_are_faster(), plan=HERE, readonly=True), (120, 36), seen="read-only"
    ) as (
        pilot,
        _,
    ):
        assert "press s" not in screen_text(pilot.app)


async def test_its_keys_do_nothing_and_q_leaves_without_a_question() -> None:
    screen = LiveScreen(told.cpu(), plan=HERE, readonly=True)
    async with staged(screen, seen="read-only") as (pilot, heard):
        await pilot.press("p", "x", "c", "s", "n", "r", "q")
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["detach"])
        assert not any(heard.of(kind) for kind in (PauseAsked, StopAsked, ProbeAsked, ShareAsked))
        assert not isinstance(pilot.app.screen, ConfirmScreen)


async def test_what_only_looks_is_still_there() -> None:
    screen = LiveScreen(told.cpu(), plan=HERE, readonly=True)
    async with staged(screen, seen="read-only"):
        assert {"Lane B", "Log", "Zoom", "Axis", "Hold", "More often", "Leave"} <= palette(screen)


async def test_the_report_neither_runs_again_nor_goes_on_to_another_run() -> None:
    screen = ReportScreen(report(a=DONE), FOLDER, readonly=True)
    async with staged(screen, seen="Curves") as (pilot, _):
        assert not NOT_OFFERED & palette(screen)
        assert "New run" not in screen_text(pilot.app)


async def test_the_app_asks_nothing_whatever_reaches_it_and_says_that_the_run_goes_on(tmp_path: Path) -> None:
    app = DualtrainApp(folder=made_run(tmp_path / "made"), how=LOOKS)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await wait_until(
            pilot, lambda: isinstance(app.screen, LiveScreen) and "read-only" in screen_text(app)
        )
        app.screen.post_message(PauseAsked("a"))
        await pilot.pause()
        assert "Not done" not in screen_text(app)
        await pilot.press("q")
        await wait_until(pilot, lambda: app.return_code == 0)
    assert app.farewell == "the run goes on: dualtrain-tui attach made"


async def test_nothing_is_launched_from_it() -> None:
    asked: list[LaunchRequest] = []

    def launcher(request: LaunchRequest) -> Launched:
        asked.append(request)
        raise AssertionError("nothing is launched")

    app = DualtrainApp(launcher=launcher, how=LOOKS)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: bool(app.screen.query("PresetList")))
        app.screen.post_message(LaunchAsked(LaunchRequest({"a": "seed-binary"})))
        await wait_until(pilot, lambda: "nothing is launched" in screen_text(app))
    assert not asked


def test_a_state_of_its_own_is_not_needed_to_see_that_it_only_looks() -> None:
    assert DualtrainApp().how.readonly is False
    assert LiveScreen(states.cpu_run()).check_action("pause", ()) is True
