"""What is asked before anything is stopped or left: it names lanes and processes, and counts for those alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import HelpPanel, OptionList, Static

from tests import states
from tests.app.stage import staged
from tests.app.test_live_offers import HERE, palette
from tests.unit.made_runs import made_run
from tests.waiting import screen_text, wait_until
from tui.app import DualtrainApp
from tui.messages import EndFound
from tui.screens.confirm import ConfirmScreen
from tui.screens.live import LiveScreen
from tui.screens.live_messages import LeaveAsked, StopAsked

ENDS = "it is below your own systemd manager, which ends 10s after your last session (loginctl enable-linger)"


def asked(app: App[Any]) -> str:
    """All that a question says: where it stands on the screen, others stand beside it."""
    said = [str(widget.content) for widget in app.screen.query(Static)]
    said += [str(option.prompt) for options in app.screen.query(OptionList) for option in options.options]
    return "\n".join(said)


async def test_stopping_both_names_both_with_their_processes() -> None:
    async with staged(LiveScreen(states.cpu_run(), plan=HERE), (160, 48), seen="training") as (pilot, _):
        await pilot.press("q")
        named = "Stop both lanes: A (seed-binary, pid 41001), B (seed-regression, pid 41002)"
        await wait_until(pilot, lambda: named in asked(pilot.app))


async def test_with_one_lane_left_only_that_is_named() -> None:
    state = states.with_lane(states.cpu_run(), "a", phase="completed")
    async with staged(LiveScreen(state, plan=HERE), seen="training") as (pilot, _):
        await pilot.press("q")
        await wait_until(pilot, lambda: "Stop lane B (seed-regression, pid 41002)" in screen_text(pilot.app))
        await pilot.press("escape", "b", "x")
        await wait_until(pilot, lambda: "The run ends with it." in screen_text(pilot.app))
        assert "other lane goes on" not in screen_text(pilot.app)


async def test_a_lane_without_a_process_says_so() -> None:
    state = states.with_lane(states.cpu_run(), "a", phase="waiting", pid=None)
    async with staged(LiveScreen(state, plan=HERE), seen="training") as (pilot, _):
        await pilot.press("x")
        await wait_until(
            pilot, lambda: "Stop lane A (seed-binary, no process yet)?" in screen_text(pilot.app)
        )


@pytest.mark.parametrize("hostile", ["\x1b[2Jx", "[red]x[/red]", "y" * 300])
async def test_what_a_preset_is_called_does_no_harm_there(hostile: str) -> None:
    state = states.with_lane(states.cpu_run(), "a", preset_name=hostile)
    async with staged(LiveScreen(state, plan=HERE), seen="training") as (pilot, _):
        await pilot.press("q")
        await wait_until(pilot, lambda: "Cancel" in screen_text(pilot.app))
        assert "\x1b[2J" not in screen_text(pilot.app)
        assert "pid 41002" in asked(pilot.app)


async def test_the_answer_counts_only_for_the_process_that_was_named() -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("x")
        await wait_until(pilot, lambda: "pid 41001" in screen_text(pilot.app))
        screen.show(states.with_lane(states.cpu_run(), "a", pid=41007, preset_name="newcomer"))
        await pilot.press("y")
        await wait_until(pilot, lambda: "Stop lane A (newcomer, pid 41007)?" in screen_text(pilot.app))
        assert not heard.of(StopAsked)
        await pilot.press("y")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(StopAsked)] == ["a"])


async def test_a_lane_that_ended_meanwhile_is_not_asked_about_again() -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        screen.show(states.with_lane(states.cpu_run(), "a", phase="completed"))
        await pilot.press("y")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert not heard.of(StopAsked)


async def test_stopping_both_is_asked_again_where_one_is_another_by_now() -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    async with staged(screen, (120, 36), seen="training") as (pilot, heard):
        await pilot.press("q")
        await wait_until(pilot, lambda: "pid 41002" in screen_text(pilot.app))
        screen.show(states.with_lane(states.cpu_run(), "b", phase="completed"))
        await pilot.press("s")
        await wait_until(pilot, lambda: "Stop lane A (seed-binary, pid 41001)" in screen_text(pilot.app))
        assert not heard.of(LeaveAsked)
        await pilot.press("s")
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["stop"])


async def test_detaching_is_not_held_up_by_such_a_change() -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        screen.show(states.with_lane(states.cpu_run(), "b", phase="completed"))
        await pilot.press("d")
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["detach"])


async def test_every_way_to_stop_in_the_palette_asks() -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    async with staged(screen, seen="training") as (pilot, heard):
        for title in sorted({"Stop", "Leave"} & palette(screen)):
            await pilot.app.run_action(title.lower(), screen)
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
            await pilot.press("escape")
            await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert not heard.of(StopAsked)
        assert not heard.of(LeaveAsked)


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_what_will_end_a_run_that_is_left_is_said_before_it_is_left(size: tuple[int, int]) -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    screen.ends_with = ENDS
    async with staged(screen, size, seen="training") as (pilot, _):
        await pilot.press("q")
        await wait_until(pilot, lambda: "What may end it before its time: it is below" in asked(pilot.app))
        text = asked(pilot.app)
        assert "loginctl enable-linger" in text
        assert "the run goes on" not in text
        shown = screen_text(pilot.app)
        assert all(
            words in shown for words in ("What may end it", "Detach: leave the run", "Cancel", "attach")
        )


async def test_and_once_more_when_it_is_left(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "made")
    app = DualtrainApp(folder=folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await app.workers.wait_for_complete()
        app.post_message(EndFound(str(folder.path), ENDS))
        await wait_until(pilot, lambda: app.run_shown is not None and bool(app.run_shown.live.ends_with))
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: app.return_code == 0)
    assert (
        app.farewell == f"the run goes on: dualtrain-tui attach made\nwhat may end it before its time: {ENDS}"
    )


async def test_of_another_run_it_says_nothing(tmp_path: Path) -> None:
    app = DualtrainApp(folder=made_run(tmp_path / "made"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await app.workers.wait_for_complete()
        app.post_message(EndFound("/elsewhere", ENDS))
        await pilot.pause()
        assert app.run_shown is not None
        assert app.run_shown.live.ends_with == ""


async def test_a_run_that_ended_is_left_without_a_word() -> None:
    ended = replace(states.cpu_run(), phase="ended")
    screen = LiveScreen(ended, plan=HERE)
    screen.ends_with = ENDS
    async with staged(screen, seen="ended") as (pilot, heard):
        await pilot.press("q")
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["close"])


async def test_a_key_taken_after_leaving_does_nothing() -> None:
    """The one before ctrl+q may come to its widget only when the app is on its way out."""
    async with staged(LiveScreen(states.cpu_run(), plan=HERE), seen="training") as (pilot, _):
        pilot.app.exit(return_code=0)
        assert await pilot.app.run_action("show_help_panel")
        assert not pilot.app.screen_stack[-1].query(HelpPanel)
