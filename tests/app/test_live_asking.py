"""The keys that ask for a probe, another sharing or a second lane: what they ask, and what is sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.message import Message

from tests import contention_states as told
from tests import states
from tests.app.stage import staged
from tests.unit.made_runs import made_run
from tests.waiting import screen_text, wait_until
from training.control.protocol import Request
from training.plan import Sharing
from training.preset import PresetError
from tui.app import DualtrainApp
from tui.screens.confirm import ConfirmScreen
from tui.screens.live import LiveScreen
from tui.screens.live_messages import (
    JoinAsked,
    PauseAsked,
    ProbeAsked,
    ResumeAsked,
    ShareAsked,
    StopAsked,
    SupervisorAsked,
)
from tui.widgets.preset_list import PresetList

# Keys ------------------------------------------------------------------------------------------------------------


async def test_c_asks_for_a_probe_unless_one_goes_on() -> None:
    screen = LiveScreen(told.cpu())
    async with staged(screen, seen="training") as (pilot, heard):
        await pilot.press("c")
        await wait_until(pilot, lambda: len(heard.of(ProbeAsked)) == 1)
        screen.show(told.probing())
        assert screen.check_action("probe", ()) is None
        await pilot.press("c", "b")
        await wait_until(pilot, lambda: screen.chosen_lane == "b")
        assert len(heard.of(ProbeAsked)) == 1


@pytest.mark.parametrize(
    ("keys", "sharing"), [(["enter"], "sequential"), (["s"], "sequential"), (["a"], "adaptive")]
)
async def test_s_offers_what_is_not_so_yet_and_turns_first_where_they_are_faster(
    keys: list[str], sharing: Sharing
) -> None:
    async with staged(LiveScreen(told.turns_are_faster()), seen="press s") as (pilot, heard):
        await pilot.press("s")
        await wait_until(
            pilot, lambda: "The lanes share the device: together. From now on?" in screen_text(pilot.app)
        )
        text = screen_text(pilot.app)
        assert "one after the other is faster: 1.25× (1.18–1.33), 5 blocks of this" in text
        assert " t  Together" not in text
        assert text.index("One after the other: one waits") < text.index("Adaptive: together while")
        await pilot.press(*keys)
        await wait_until(pilot, lambda: [one.sharing for one in heard.of(ShareAsked)] == [sharing])


@pytest.mark.parametrize("key", ["escape", "c"])
async def test_sharing_may_stay(key: str) -> None:
    async with staged(LiveScreen(told.cpu()), seen="training") as (pilot, heard):
        await pilot.press("s")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        assert not heard.of(ShareAsked)


async def test_from_turns_back_to_together() -> None:
    async with staged(LiveScreen(states.cpu_run(sharing="sequential")), seen="training") as (pilot, heard):
        await pilot.press("s")
        await wait_until(pilot, lambda: "Together: both train at once" in screen_text(pilot.app))
        await pilot.press("t")
        await wait_until(pilot, lambda: [one.sharing for one in heard.of(ShareAsked)] == ["together"])


@pytest.mark.parametrize("sharing", ["mps", "one-process"])
async def test_where_sharing_cannot_change_it_is_not_offered(sharing: Sharing) -> None:
    screen = LiveScreen(replace(told.turns_are_faster(), sharing=sharing))
    async with staged(screen, seen="taking turns is now faster") as (pilot, _):
        assert "Sharing" not in screen_text(pilot.app)
        assert "press s" not in screen_text(pilot.app)
        await pilot.press("s", "b")
        await wait_until(pilot, lambda: screen.chosen_lane == "b")
        assert pilot.app.screen is screen


async def test_n_joins_the_chosen_preset() -> None:
    async with staged(LiveScreen(told.one_lane()), seen="n Join") as (pilot, heard):
        assert "s Sharing" not in screen_text(pilot.app)
        await pilot.press("n")
        await wait_until(pilot, lambda: "autoencoder" in screen_text(pilot.app))
        assert "Which preset joins the run as lane B?" in screen_text(pilot.app)
        await pilot.press("slash", "w", "i", "d", "e")
        await wait_until(pilot, lambda: "1 of 16" in screen_text(pilot.app))
        await pilot.press("enter")
        await wait_until(pilot, lambda: [one.reference for one in heard.of(JoinAsked)] == ["wide-mlp"])


async def test_escape_ends_the_filter_and_then_leaves_all_as_it_is() -> None:
    async with staged(LiveScreen(told.one_lane()), (60, 16), seen="training") as (pilot, heard):
        await pilot.press("n")
        await wait_until(pilot, lambda: "autoencoder" in screen_text(pilot.app))
        await pilot.press("slash", "w", "escape")
        await wait_until(pilot, lambda: not pilot.app.screen.query_one(PresetList).is_filtering)
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        assert not heard.of(JoinAsked)


async def test_a_lane_that_ended_can_be_followed_and_one_that_trains_cannot() -> None:
    screen = LiveScreen(told.cpu())
    async with staged(screen, seen="s Sharing") as (pilot, _):
        assert screen.check_action("join", ()) is False
        screen.show(states.with_lane(told.cpu(), "a", phase="completed"))
        await wait_until(pilot, lambda: "n Join" in screen_text(pilot.app))
        assert "s Sharing" not in screen_text(pilot.app)
        await pilot.press("n")
        await wait_until(pilot, lambda: "joins the run as lane A?" in screen_text(pilot.app))
        screen.show(replace(told.cpu(), phase="ended"))
        await wait_until(pilot, lambda: pilot.app.screen is screen)


async def test_p_on_a_lane_that_stands_still_for_another_pauses_it_for_good() -> None:
    screen = LiveScreen(told.probing("a"))
    async with staged(screen, seen="stands still") as (pilot, heard):
        await pilot.press("b", "p")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(PauseAsked)] == ["b"])
        asked = replace(told.probing("a").contention, held={"b": ("probe", "asked")})
        screen.show(replace(told.probing("a"), contention=asked))
        await pilot.press("p")
        await wait_until(pilot, lambda: [one.lane for one in heard.of(ResumeAsked)] == ["b"])


@pytest.mark.parametrize("phase", ["ended", "lost"])
async def test_nothing_of_it_is_offered_where_nothing_is_live(phase: str) -> None:
    screen = LiveScreen(replace(told.cpu(), phase=phase))  # type: ignore[arg-type]
    async with staged(screen, seen=phase):
        assert [screen.check_action(name, ()) for name in ("probe", "share", "join")] == [False] * 3


async def test_the_palette_tells_of_them() -> None:
    async with staged(LiveScreen(told.cpu()), seen="training") as (pilot, _):
        told_of = {
            active.binding.description: active.tooltip for active in pilot.app.screen.active_bindings.values()
        }
        assert told_of["Probe now"] == "Measure now how much each lane slows the other"
        assert told_of["Sharing"].startswith("Together, one after the other, or adaptive")


# What is sent ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        (PauseAsked("a"), Request("pause", "a", "me")),
        (ResumeAsked("b"), Request("resume", "b", "me")),
        (StopAsked(), Request("stop", None, "me")),
        (ProbeAsked(), Request("probe", None, "me")),
        (ShareAsked("adaptive"), Request("share", by="me", sharing="adaptive")),
    ],
)
def test_requests(message: SupervisorAsked, request_: Request) -> None:
    assert message.request("me") == request_


def test_who_joins_is_sent_as_resolved() -> None:
    request = JoinAsked("seed-binary").request("me")
    assert request.ask == "join"
    assert request.planned is not None
    assert request.planned.preset_name == "seed-binary"
    with pytest.raises(PresetError):
        JoinAsked("no-such-preset").request("me")


@pytest.mark.parametrize(
    ("message", "why"),
    [(ProbeAsked(), "does not answer yet"), (JoinAsked("no-such-preset"), "no-such-preset")],
)
async def test_what_is_refused_is_said(message: Message, why: str, tmp_path: Path) -> None:
    app = DualtrainApp(folder=made_run(tmp_path / "made"))
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, LiveScreen))
        app.screen.post_message(message)
        await wait_until(pilot, lambda: why in screen_text(app))
