"""What the live screen offers: what would only be refused has no key, no hint and no place in the palette."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from textual.screen import Screen

from tests import contention_states as told
from tests import states
from tests.app.stage import staged
from tests.app.test_report_screen import DONE, FOLDER, report
from tests.unit.made_runs import plan
from tests.waiting import screen_text, wait_until
from training.analysis.state import RunState
from training.plan import Plan, PlannedDevice, Probing, Sharing
from tui.app import DualtrainApp
from tui.screens.confirm import ConfirmScreen
from tui.screens.live import LiveScreen
from tui.screens.live_messages import PeriodChosen, ShareAsked
from tui.screens.live_possible import other_ways
from tui.screens.report import ReportScreen
from tui.screens.retry import RunAgain

HERE = structs.replace(plan(), host=socket.gethostname())
ASKING = ("pause", "stop", "probe", "share", "join")


def possible(screen: LiveScreen) -> dict[str, bool | None]:
    """Each thing that can be asked of a run, and whether it is offered."""
    return {action: screen.check_action(action, ()) for action in ASKING}


def palette(screen: Screen[Any]) -> set[str]:
    """What the palette lists over this screen."""
    return {command.title for command in DualtrainApp().get_system_commands(screen)}


@pytest.mark.parametrize(
    ("state", "offered", "not_offered"),
    [
        (told.cpu(), {"Pause", "Stop", "Sharing", "Probe now", "Lane B"}, {"Join", "Report", "Run again"}),
        (told.one_lane(), {"Pause", "Stop", "Join"}, {"Sharing", "Probe now", "Lane B", "Report"}),
        (told.probing(), {"Pause", "Stop", "Sharing"}, {"Join", "Probe now"}),
        (told.in_turns(), {"Pause", "Stop", "Sharing"}, {"Join", "Probe now"}),
        (states.cpu_run(phase="starting"), set(), {"Pause", "Stop", "Sharing", "Join", "Probe now"}),
        (
            replace(told.cpu(), phase="ended"),
            {"Report", "Run again"},
            {"Pause", "Stop", "Sharing", "Join", "Probe now", "Hold", "More often"},
        ),
        (states.cpu_run(sharing="one-process"), {"Pause", "Stop", "Probe now"}, {"Sharing", "Join"}),
    ],
    ids=["both train", "one lane", "probing", "in turns", "starting", "ended", "one process"],
)
async def test_the_palette_and_the_keys_have_what_is_possible_and_nothing_else(
    state: RunState, offered: set[str], not_offered: set[str]
) -> None:
    screen = LiveScreen(state, plan=HERE)
    async with staged(screen, seen=state.phase):
        listed = palette(screen)
        assert offered <= listed
        assert not not_offered & listed


async def test_a_run_of_another_host_is_only_looked_at() -> None:
    away = structs.replace(HERE, host="gpubox")
    screen = LiveScreen(told.turns_are_faster(), plan=away)
    async with staged(screen, (120, 36), seen="on gpubox, read only") as (pilot, _):
        assert possible(screen) == dict.fromkeys(ASKING, False)
        assert "press s" not in screen_text(pilot.app)
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "Detach" in screen_text(pilot.app)
        assert "Stop both" not in screen_text(pilot.app)


async def test_a_lane_alone_on_another_host_is_joined_there() -> None:
    screen = LiveScreen(told.one_lane(), plan=structs.replace(HERE, host="gpubox"))
    async with staged(screen, seen="has the device to itself") as (pilot, _):
        assert "with n" not in screen_text(pilot.app)


async def test_what_is_grey_while_a_run_starts_can_be_asked_once_it_is_there() -> None:
    screen = LiveScreen(states.cpu_run(phase="starting"), plan=HERE)
    async with staged(screen, seen="starting") as (pilot, _):
        assert possible(screen) == {**dict.fromkeys(ASKING), "join": False}
        await pilot.press("q")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        assert "Stop both" not in screen_text(pilot.app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: pilot.app.screen is screen)
        screen.show(states.cpu_run())
        assert possible(screen) == {**dict.fromkeys(ASKING, True), "join": False}


@pytest.mark.parametrize(
    ("sharing", "no_probe", "one_process", "ways"),
    [
        ("together", False, False, ("sequential", "adaptive")),
        ("sequential", False, False, ("together", "adaptive")),
        ("together", True, False, ("sequential",)),
        ("sequential", False, True, ()),
        ("mps", False, False, ()),
    ],
)
def test_only_ways_of_sharing_that_can_be_had_are_offered(
    sharing: Sharing, no_probe: bool, one_process: bool, ways: tuple[Sharing, ...]
) -> None:
    device = PlannedDevice("gpu", "Test GPU", "GPU-1", one_process=one_process)
    made = structs.replace(HERE, probing=Probing(enabled=not no_probe))
    state = states.gpu_run(sharing=sharing, device=device)
    assert other_ways(state, made) == ways
    assert LiveScreen(state, plan=made).check_action("share", ()) is bool(ways)


async def test_a_run_without_probes_is_not_asked_to_go_by_them() -> None:
    without = structs.replace(HERE, probing=Probing(enabled=False))
    async with staged(LiveScreen(told.cpu(), plan=without), seen="training") as (pilot, heard):
        await pilot.press("s")
        await wait_until(pilot, lambda: "One after the other: one waits" in screen_text(pilot.app))
        assert "Adaptive" not in screen_text(pilot.app)
        await pilot.press("a", "s")
        await wait_until(pilot, lambda: [one.sharing for one in heard.of(ShareAsked)] == ["sequential"])


@pytest.mark.parametrize(
    ("sharing", "lane_devices"), [("one-process", False), ("together", True)], ids=["one process", "MIG"]
)
def test_nobody_joins_where_there_is_no_place_for_a_lane(sharing: Sharing, lane_devices: bool) -> None:
    each = {"a": PlannedDevice("gpu", "M", "MIG-1"), "b": PlannedDevice("gpu", "M", "MIG-2")}
    state = states.with_lane(states.gpu_run(sharing=sharing), "b", phase="completed")
    state = replace(state, lane_devices=each if lane_devices else {})  # type: ignore[arg-type]
    assert LiveScreen(state, plan=HERE).check_action("join", ()) is False


def test_nobody_joins_a_run_that_writes_its_report() -> None:
    state = states.with_lane(states.cpu_run(), "a", phase="completed")
    assert LiveScreen(state, plan=HERE).check_action("join", ()) is True
    both = states.with_lane(state, "b", phase="completed")
    assert LiveScreen(both, plan=HERE).check_action("join", ()) is False


async def test_a_key_at_its_bound_and_the_only_metric_do_nothing() -> None:
    lanes = {
        lane: replace(held, metrics={}, metric_series={}) for lane, held in states.cpu_run().lanes.items()
    }
    screen = LiveScreen(states.cpu_run(lanes=lanes), plan=HERE)
    async with staged(screen, seen="training") as (pilot, heard):
        assert "Metric" not in palette(screen)
        assert {"More often", "Less often", "Hold"} <= palette(screen)
        await pilot.press("left_square_bracket", "left_square_bracket", "b")
        await wait_until(pilot, lambda: screen.chosen_lane == "b")
        assert [one.period_s for one in heard.of(PeriodChosen)] == [0.5]
        assert "More often" not in palette(screen)


async def test_a_picture_that_was_held_to_the_end_can_be_let_go() -> None:
    screen = LiveScreen(states.cpu_run(), plan=HERE)
    async with staged(screen, seen="training") as (pilot, _):
        await pilot.press("space")
        await wait_until(pilot, lambda: "held: space follows" in screen_text(pilot.app))
        screen.show(states.cpu_run(phase="ended"))
        await pilot.press("space")
        await wait_until(pilot, lambda: "held: space follows" not in screen_text(pilot.app))
        assert screen.check_action("hold", ()) is False


@pytest.mark.parametrize("made", [HERE, None])
async def test_a_report_without_its_plan_does_not_offer_to_run_again(made: Plan | None) -> None:
    again = None if made is None else RunAgain(made, states.cpu_run(phase="ended"))
    async with staged(ReportScreen(report(a=DONE), FOLDER, again=again), seen="New run") as (pilot, _):
        assert ("Run again" in screen_text(pilot.app)) is (made is not None)
