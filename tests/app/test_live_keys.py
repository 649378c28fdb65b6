"""Every key of the live screen: what it shows, or what it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from tests import states
from tests.app.stage import staged
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunPhase
from training.record.script_records import StepTelemetry
from tui.screens.confirm import ConfirmScreen
from tui.screens.live import LiveScreen
from tui.screens.live_keys import PANELS
from tui.screens.live_messages import (
    LeaveAsked,
    PauseAsked,
    PeriodChosen,
    ReportAsked,
    ResumeAsked,
    StopAsked,
)
from tui.screens.live_questions import stop_question


async def test_p_pauses_the_chosen_lane_and_resumes_a_paused_one() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("b", "p")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(PauseAsked)] == ["b"])
        screen.show(states.with_lane(states.cpu_run(), "b", phase="paused"))
        await wait_until(pilot, lambda: "held while paused" in screen_text(pilot.app))
        assert "ETA stands" in screen_text(pilot.app)
        await pilot.press("p")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(ResumeAsked)] == ["b"])


async def test_a_second_p_takes_back_the_first_before_that_is_seen() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("p", "p", "p")
        await wait_until(pilot, lambda: len(heard.of(PauseAsked)) == 2)
        assert len(heard.of(ResumeAsked)) == 1
        screen.show(states.with_lane(states.cpu_run(), "a", phase="paused"))
        await pilot.press("p")
        await wait_until(pilot, lambda: len(heard.of(ResumeAsked)) == 2)


async def test_p_that_was_refused_is_asked_anew_later() -> None:
    screen = LiveScreen(states.cpu_run(elapsed_s=75.0))
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("p")
        await wait_until(pilot, lambda: len(heard.of(PauseAsked)) == 1)
        screen.show(states.cpu_run(elapsed_s=85.0))
        await pilot.press("p")
        await wait_until(pilot, lambda: len(heard.of(PauseAsked)) == 2)


async def test_x_names_lane_and_pid_and_stops_only_when_confirmed() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, heard):
        await pilot.press("x")
        await wait_until(pilot, lambda: "Stop lane A (seed-binary, pid 41001)?" in screen_text(pilot.app))
        await pilot.press("n")
        await wait_until(pilot, lambda: not isinstance(pilot.app.screen, ConfirmScreen))
        assert not heard.of(StopAsked)
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press("y")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(StopAsked)] == ["a"])


@pytest.mark.parametrize(
    ("telemetry", "fit", "told"),
    [
        ("each", 0, "at the next batch, with a checkpoint."),
        ("each", 2, "at the next batch; what its script does after that"),
        ("polled", 0, "by a signal, wherever it is."),
        ("none", 0, "by a signal, wherever it is."),
    ],
)
def test_the_question_of_a_stop_says_how_the_lane_ends(telemetry: StepTelemetry, fit: int, told: str) -> None:
    state = states.with_lane(states.cpu_run(), "a", telemetry=telemetry, fit=fit)
    assert told in stop_question(state, "a")._detail


async def test_enter_on_the_question_of_a_stop_lets_the_lane_train() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, heard):
        await pilot.press("x")
        await wait_until(pilot, lambda: "Stop lane A" in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        assert not heard.of(StopAsked)
        await pilot.press("x")
        await wait_until(pilot, lambda: "Stop lane A" in screen_text(pilot.app))
        await pilot.press("j", "enter")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(StopAsked)] == ["a"])


@pytest.mark.parametrize(
    ("keys", "how"), [(["enter"], "detach"), (["d"], "detach"), (["s"], "stop"), (["j", "enter"], "stop")]
)
async def test_q_asks_while_live(keys: list[str], how: str) -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, heard):
        await pilot.press("q")
        await wait_until(pilot, lambda: "The run is live. Leave it how?" in screen_text(pilot.app))
        await pilot.press(*keys)
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == [how])


@pytest.mark.parametrize("key", ["escape", "c"])
async def test_q_can_be_taken_back(key: str) -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, heard):
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        assert not heard.of(LeaveAsked)


async def test_where_nothing_is_live_q_leaves_at_once_and_enter_asks_for_the_report() -> None:
    async with staged(LiveScreen(states.cpu_run(phase="ended")), seen="ended") as (pilot, heard):
        await pilot.press("p", "x", "enter", "q")
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["close"])
        assert len(heard.of(ReportAsked)) == 1
        assert not heard.of(PauseAsked)
        assert not isinstance(pilot.app.screen, ConfirmScreen)


async def test_y_t_and_m_change_the_loss_panel() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="linear axis · by time") as (pilot, _):
        await pilot.press("y")
        await wait_until(pilot, lambda: "log axis · by time" in screen_text(pilot.app))
        await pilot.press("t")
        await wait_until(
            pilot, lambda: "log axis · by step" in screen_text(pilot.app) and "400" in screen_text(pilot.app)
        )
        await pilot.press("m")
        await wait_until(pilot, lambda: "─ accuracy" in screen_text(pilot.app))
        await pilot.press("m")
        await wait_until(pilot, lambda: "─ loss" in screen_text(pilot.app))


async def test_a_log_axis_of_a_share_says_that_linear_says_more() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="linear axis · by time") as (pilot, _):
        await pilot.press("y")
        await wait_until(pilot, lambda: "─ log axis · by time" in screen_text(pilot.app))
        await pilot.press("m")
        await wait_until(pilot, lambda: "log axis (y: linear says more of a share)" in screen_text(pilot.app))
        await pilot.press("y")
        await wait_until(pilot, lambda: "─ linear axis · by time" in screen_text(pilot.app))


async def test_brackets_change_the_period_within_its_bounds() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, heard):
        for key in ["left_square_bracket"] * 3 + ["right_square_bracket"] * 6:
            await pilot.press(key)
        await wait_until(pilot, lambda: "every 10 s" in screen_text(pilot.app))
        periods = [one.period_s for one in heard.of(PeriodChosen)]
        assert (min(periods), max(periods)) == (0.5, 10.0)


async def test_space_holds_the_picture_but_not_the_header() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="training") as (pilot, _):
        await pilot.press("space")
        await wait_until(pilot, lambda: "held: space follows" in screen_text(pilot.app))
        screen.show(states.with_lane(states.cpu_run(elapsed_s=99.0), "a", loss=0.1111))
        await wait_until(pilot, lambda: "1:39" in screen_text(pilot.app))
        assert "0.1111" not in screen_text(pilot.app)
        await pilot.press("space")
        await wait_until(pilot, lambda: "0.1111" in screen_text(pilot.app))


async def test_g_shows_the_log_without_its_escapes_and_escape_comes_back(tmp_path: Path) -> None:
    (tmp_path / "b.log").write_bytes(b"first line\n\x1b[31mred\x1b[0m \x1b]0;title\x07words\nhalf\rwhole\n")
    async with staged(LiveScreen(states.cpu_run(folder=str(tmp_path))), seen="training") as (pilot, _):
        await pilot.press("b", "g")
        await wait_until(pilot, lambda: "red words" in screen_text(pilot.app))
        assert "whole" in screen_text(pilot.app)
        assert "half" not in screen_text(pilot.app)
        with (tmp_path / "b.log").open("ab") as file:
            file.write(b"one more\n")
        await wait_until(pilot, lambda: "one more" in screen_text(pilot.app))
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_tells_of_the_focused_panel_and_goes_away(key: str) -> None:
    async with staged(LiveScreen(states.cpu_run()), (160, 48), seen="training") as (pilot, _):
        await pilot.press(key)
        await wait_until(pilot, lambda: "lane B a dashed" in screen_text(pilot.app))
        await pilot.press(key)
        await wait_until(pilot, lambda: not pilot.app.screen.query("HelpPanel"))


async def test_colon_opens_the_palette() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, _):
        await pilot.press("colon")
        await wait_until(pilot, lambda: type(pilot.app.screen).__name__ == "CommandPalette")


async def test_keys_that_cannot_act_are_grey() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="training") as (pilot, _):
        assert screen.check_action("pause", ()) is True
        screen.show(states.with_lane(states.cpu_run(), "a", phase="completed"))
        assert screen.check_action("pause", ()) is None
        assert screen.check_action("stop", ()) is None
        await pilot.press("b")
        assert screen.check_action("stop", ()) is True


@pytest.mark.parametrize("phase", ["ended", "lost"])
async def test_where_nothing_is_live_what_acts_is_not_offered(phase: RunPhase) -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="x Stop") as (pilot, heard):
        assert "p Pause" in screen_text(pilot.app)
        assert "Report" not in screen_text(pilot.app)
        assert "Run again" not in screen_text(pilot.app)
        screen.show(states.cpu_run(phase=phase))
        await wait_until(pilot, lambda: "x Stop" not in screen_text(pilot.app))
        await wait_until(pilot, lambda: "g Log" in screen_text(pilot.app))
        assert "p Pause" not in screen_text(pilot.app)
        assert ("⏎ Report" in screen_text(pilot.app)) is (phase == "ended")
        assert "r Run again" in screen_text(pilot.app)
        await pilot.press("p", "x", "right_square_bracket", "q")
        await wait_until(pilot, lambda: bool(heard.of(LeaveAsked)))
        assert not heard.of(PauseAsked)
        assert not heard.of(PeriodChosen)


@pytest.mark.parametrize("phase", ["running", "ended", "lost"])
async def test_the_footer_has_at_most_eight_keys_and_every_key_says_what_it_does(phase: RunPhase) -> None:
    screen = LiveScreen(states.cpu_run(phase=phase))
    async with staged(screen, seen=phase):
        shown = [active for active in screen.active_bindings.values() if active.binding.show]
        assert len({active.binding.action for active in shown}) <= 8
    bindings = [binding for binding in LiveScreen.BINDINGS if not isinstance(binding, tuple)]
    assert all(binding.description for binding in bindings)
    assert len(PANELS) == 6


async def test_keys_typed_ahead_answer_the_question() -> None:
    async with staged(LiveScreen(states.cpu_run()), seen="training") as (pilot, heard):
        for key in ("q", "s"):
            pilot.app.post_message(Key(key, key))
        await wait_until(pilot, lambda: [one.how for one in heard.of(LeaveAsked)] == ["stop"])


async def test_a_question_about_a_run_that_has_ended_goes_away() -> None:
    screen = LiveScreen(states.cpu_run())
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        screen.show(states.cpu_run(phase="ended"))
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        assert not heard.of(StopAsked)
